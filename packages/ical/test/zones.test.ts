import { describe, expect, test } from "vitest";
import type { ZoneDefinition } from "@kalends/model";
import {
  assertZone,
  eventTimeToUtc,
  localToUtc,
  offsetAt,
  parseCalendar,
  expandObjects,
  resolveZone,
  utcToLocalIso,
} from "../src/index.ts";
import { ianaZoneTable } from "../src/zones/iana-zone.ts";
import { offsetAtUtc, wallToUtc } from "../src/zones/zone-table.ts";
import { zoneTransitions } from "../src/zones/zone-transitions.ts";

const iso = (ms: number): string => new Date(ms).toISOString().replace(".000Z", "Z");

describe("zone ids", () => {
  test.each([
    ["Europe/Kyiv", "Europe/Kyiv"],
    ["europe/kyiv", "Europe/Kyiv"],
    ["Europe/Kiev", "Europe/Kiev"],
    ["Australia/Eucla", "Australia/Eucla"],
    ["america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"],
    ["W. Europe Standard Time", "Europe/Berlin"],
    ["w. europe standard time", "Europe/Berlin"],
    ["FLE Standard Time", "Europe/Kyiv"],
    ["Aus Central W. Standard Time", "Australia/Eucla"],
    ["Lord Howe Standard Time", "Australia/Lord_Howe"],
    ["India Standard Time", "Asia/Kolkata"],
    ['"Eastern Standard Time"', "America/New_York"],
    ["/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"],
    ["/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta", "America/Argentina/Salta"],
    ["/mozilla.org/20050126_1/Europe/London", "Europe/London"],
    ["tzone://Microsoft/Utc", "UTC"],
    ["UTC", "UTC"],
    ["GMT", "UTC"],
    ["Z", "UTC"],
    ["Etc/GMT+5", "Etc/GMT+5"],
  ])("%s is %s", (tzid, zone) => {
    const found = resolveZone(tzid);
    expect(found === zone || (found !== null && sameZone(found, zone)), `${found}`).toBe(true);
  });

  test.each([
    "Customized Time Zone",
    "tzone://Microsoft/Custom",
    "IST",
    "__proto__",
    "constructor",
    "",
    "+05:30",
    "Mars/Olympus",
    "x".repeat(100_000),
  ])("%s names no zone", (tzid) => expect(resolveZone(tzid)).toBeNull());

  test("only IANA ids may be asked for", () => {
    assertZone("Europe/Berlin");
    assertZone("UTC");
    for (const zone of ["W. Europe Standard Time", "Europe/Nowhere", "", "EST5EDT\n"]) {
      expect(() => assertZone(zone), zone).toThrow(expect.objectContaining({ code: "zone-unknown" }));
    }
    expect(() => offsetAt("Nowhere", 0)).toThrow(expect.objectContaining({ code: "zone-unknown" }));
  });
});

function sameZone(a: string, b: string): boolean {
  return [0, 1.7e12, 1.72e12].every((ms) => offsetAt(a, ms) === offsetAt(b, ms)) && a.toLowerCase() !== "utc";
}

describe("offsets", () => {
  test.each([
    ["Europe/Kyiv", "2026-01-15T12:00:00Z", 7200],
    ["Europe/Kyiv", "2026-07-15T12:00:00Z", 10_800],
    ["Australia/Eucla", "2026-07-15T12:00:00Z", 31_500],
    ["Australia/Lord_Howe", "2026-01-15T12:00:00Z", 39_600],
    ["Australia/Lord_Howe", "2026-07-15T12:00:00Z", 37_800],
    ["Asia/Kathmandu", "2026-07-15T12:00:00Z", 20_700],
    ["America/New_York", "1883-01-01T00:00:00Z", -17_762],
    ["America/New_York", "9999-07-01T00:00:00Z", -14_400],
    ["America/New_York", "2500-01-01T00:00:00Z", -18_000],
    ["UTC", "2026-07-15T12:00:00Z", 0],
  ])("%s at %s is %i s", (zone, at, offset) => expect(offsetAt(zone, Date.parse(at))).toBe(offset));

  test("a gap moves forward by the offset before it, of an overlap the first instant counts", () => {
    expect(iso(localToUtc("Europe/Kyiv", "2026-03-29T03:30:00"))).toBe("2026-03-29T01:30:00Z");
    expect(iso(localToUtc("Europe/Kyiv", "2026-10-25T03:30:00"))).toBe("2026-10-25T00:30:00Z");
    expect(iso(localToUtc("Australia/Lord_Howe", "2026-10-04T02:15:00"))).toBe("2026-10-03T15:45:00Z");
    expect(iso(localToUtc("Australia/Lord_Howe", "2026-04-05T01:45:00"))).toBe("2026-04-04T14:45:00Z");
    expect(iso(localToUtc("America/New_York", "2026-03-08"))).toBe("2026-03-08T05:00:00Z");
    expect(utcToLocalIso("Australia/Eucla", Date.parse("2026-07-15T12:00:00Z"))).toBe("2026-07-15T20:45:00");
    expect(() => localToUtc("UTC", "2026-13-01")).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  test("the tables agree with Intl hour by hour around every change, and between", () => {
    for (const id of [
      "America/New_York",
      "Africa/Casablanca",
      "Africa/Cairo",
      "Asia/Gaza",
      "Pacific/Apia",
      "Australia/Lord_Howe",
      "America/Sao_Paulo",
      "Antarctica/Troll",
    ]) {
      const zone = ianaZoneTable(id);
      const format = new Intl.DateTimeFormat("en-US", { timeZone: id, timeZoneName: "longOffset" });
      const intl = (utc: number): number => {
        const [, sign, h, m] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(utc * 1000)) as RegExpExecArray;
        return (sign === "-" ? -1 : 1) * (Number(h ?? 0) * 3600 + Number(m ?? 0) * 60);
      };
      const from = Date.UTC(2008, 0, 1) / 1000;
      const to = Date.UTC(2040, 0, 1) / 1000;
      const changes = zoneTransitions(zone, from, to);
      for (const { utc } of changes)
        for (const at of [utc - 3600, utc - 1, utc, utc + 3600]) expect(offsetAtUtc(zone, at), `${id} ${at}`).toBe(intl(at));
      for (let at = from; at < to; at += 86_400 * 9.3) expect(offsetAtUtc(zone, Math.floor(at)), `${id} ${at}`).toBe(intl(Math.floor(at)));
      for (const { utc } of changes) expect(wallToUtc(zone, utc - 86_400 + offsetAtUtc(zone, utc - 86_400))).toBe(utc - 86_400);
    }
  });
});

describe("custom zones", () => {
  const factory: ZoneDefinition = {
    tzid: "Factory clock",
    observances: [
      { start: "1970-10-25T03:00:00", offsetFrom: 9000, offsetTo: 5400, rule: "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU" },
      { start: "1970-03-29T02:00:00", offsetFrom: 5400, offsetTo: 9000, rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20300331T003000Z" },
    ],
  };
  const at = (value: string): { ms: number; resolved: boolean } =>
    eventTimeToUtc({ kind: "zoned", value, zone: null, tzid: "Factory clock" }, { floatingZone: "Asia/Tokyo", zones: [factory] });

  test("are read by their own observances", () => {
    expect(iso(at("2026-01-15T12:00:00").ms)).toBe("2026-01-15T10:30:00Z");
    expect(iso(at("2026-07-15T12:00:00").ms)).toBe("2026-07-15T09:30:00Z");
    // UNTIL names the last change to summer time; from then on it is winter for ever.
    expect(iso(at("2030-07-15T12:00:00").ms)).toBe("2030-07-15T09:30:00Z");
    expect(iso(at("2031-07-15T12:00:00").ms)).toBe("2031-07-15T10:30:00Z");
    // Before the first onset the offset that it starts from holds.
    expect(iso(at("1960-07-15T12:00:00").ms)).toBe("1960-07-15T10:30:00Z");
    expect(at("2026-01-15T12:00:00").resolved).toBe(true);
  });

  test("RDATE onsets count beside the start", () => {
    const zone: ZoneDefinition = {
      tzid: "x",
      observances: [
        { start: "2020-01-01T00:00:00", offsetFrom: 0, offsetTo: 3600 },
        { start: "2021-01-01T00:00:00", dates: ["2023-01-01T00:00:00"], offsetFrom: 3600, offsetTo: 7200 },
        { start: "2022-01-01T00:00:00", offsetFrom: 7200, offsetTo: 3600 },
      ],
    };
    const offsets = ["2020", "2021", "2022", "2023"].map((year) => {
      const { ms } = eventTimeToUtc(
        { kind: "zoned", value: `${year}-06-01T12:00:00`, zone: null, tzid: "x" },
        { floatingZone: "UTC", zones: [zone] },
      );
      return (Date.parse(`${year}-06-01T12:00:00Z`) - ms) / 1000;
    });
    expect(offsets).toEqual([3600, 7200, 3600, 7200]);
  });

  test("a time without a definition is read in the floating zone, and says so", () => {
    const time = { kind: "zoned", value: "2026-01-15T12:00:00", zone: null, tzid: "Nowhere" } as const;
    expect(eventTimeToUtc(time, { floatingZone: "Asia/Tokyo" })).toEqual({ ms: Date.parse("2026-01-15T03:00:00Z"), resolved: false });
    const text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=Nowhere:20260115T120000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n";
    const { objects, warnings } = parseCalendar(text, { remoteKey: "k", revision: null });
    expect(warnings.map((warning) => warning.code)).toEqual(["zone-unresolved"]);
    const expansion = expandObjects(
      objects,
      { from: Date.parse("2026-01-15"), to: Date.parse("2026-01-16") },
      { floatingZone: "Asia/Tokyo" },
    );
    expect(expansion.unresolvedZone).toBe(true);
    expect(expansion.occurrences.map((entry) => iso(entry.from))).toEqual(["2026-01-15T03:00:00Z"]);
  });
});
