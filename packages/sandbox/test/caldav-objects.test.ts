import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { movableClock, startCaldavSandbox, type CaldavSandbox, type SandboxCalendar } from "../src/index.ts";
import { dav, event } from "./caldav-client.ts";

let sandbox: CaldavSandbox;
let work: SandboxCalendar;

beforeAll(async () => {
  sandbox = await startCaldavSandbox({ clock: movableClock(), users: [{ name: "ada", password: "pw" }], maxObjectBytes: 10_000 });
  work = sandbox.user("ada").calendar("work");
});
afterAll(() => sandbox.close());

const put = (name: string, body: string, headers: Record<string, string> = {}): ReturnType<typeof dav> =>
  dav(`${work.url}${name}`, "PUT", { body, headers: { "content-type": "text/calendar; charset=utf-8", ...headers } });

describe("calendar objects", () => {
  test("PUT, GET and DELETE with strong ETags and conditions", async () => {
    const created = await put("a.ics", event("a"), { "if-none-match": "*" });
    const etag = created.headers.get("etag") ?? "";
    expect([created.status, etag]).toEqual([201, expect.stringMatching(/^"[0-9a-f]+"$/)]);
    expect((await put("a.ics", event("a"), { "if-none-match": "*" })).status).toBe(412);
    const read = await dav(`${work.url}a.ics`, "GET");
    expect([read.status, read.text, read.headers.get("etag")]).toEqual([200, event("a"), etag]);
    expect((await dav(`${work.url}a.ics`, "GET", { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await put("a.ics", event("a", ["SUMMARY:x"]), { "if-match": '"other"' })).status).toBe(412);
    const changed = await put("a.ics", event("a", ["SUMMARY:x"]), { "if-match": etag });
    expect([changed.status, changed.headers.get("etag") === etag]).toEqual([204, false]);
    expect((await dav(`${work.url}a.ics`, "DELETE", { headers: { "if-match": etag } })).status).toBe(412);
    expect((await dav(`${work.url}a.ics`, "DELETE")).status).toBe(204);
    expect((await dav(`${work.url}a.ics`, "DELETE")).status).toBe(404);
    expect((await put("a.ics", event("a"), { "if-match": etag })).status).toBe(412);
  });

  test("a write that breaks a precondition is refused with its name", async () => {
    work.put("held", event("held"));
    const cases: [string, string, number][] = [
      ["BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "valid-calendar-data", 403],
      ["<html></html>", "valid-calendar-data", 403],
      [event("b").replace("DTSTART:20260105T100000Z", "DTSTART:tomorrow"), "valid-calendar-data", 403],
      [event("b").replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:REQUEST"), "valid-calendar-object-resource", 403],
      [event("b").replace("UID:b\r\n", ""), "valid-calendar-object-resource", 403],
      [event("b").replaceAll("VEVENT", "VTODO"), "supported-calendar-component", 403],
      [event("b", [`DESCRIPTION:${"x".repeat(20_000)}`]), "max-resource-size", 403],
      [event("held"), "no-uid-conflict", 409],
    ];
    for (const [body, precondition, status] of cases) {
      const answer = await put("b.ics", body);
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(`<C:${precondition}`)]);
    }
    expect((await put("b.ics", event("b"), { "content-type": "text/plain" })).status).toBe(415);
    expect((await dav(`${sandbox.url}dav/calendars/ada/none/b.ics`, "PUT", { body: event("b") })).status).toBe(409);
    expect(work.read("b")).toBeNull();
  });

  test("folded lines, quoted parameters and overrides are good data", async () => {
    const more = ['ATTENDEE;CN="Doe: Jo, Dr;":mailto:jo@x.test', "DESCRIPTION:long\r\n er text:;,", "RRULE:FREQ=DAILY;COUNT=3"];
    const override = [
      "BEGIN:VEVENT",
      "UID:c",
      "RECURRENCE-ID:20260106T100000Z",
      'DTSTART;TZID="A/B":20260106T120000',
      'DTEND;TZID="A/B":20260106T130000',
      "END:VEVENT",
    ];
    const text = event("c", more).replace("END:VCALENDAR", [...override, "END:VCALENDAR"].join("\r\n"));
    expect((await put("c.ics", text)).status).toBe(201);
  });

  test("the in-process hand may plant what no client could write", async () => {
    work.put("broken", "BEGIN:VCALENDAR\r\nnot calendar data");
    expect((await dav(`${work.url}broken.ics`, "GET")).text).toContain("not calendar data");
  });

  test("the in-process hand takes a calendar object of the model as well", async () => {
    const start = { kind: "zoned", value: "2026-01-05T10:00:00", zone: "Asia/Tokyo", tzid: "Asia/Tokyo" } as const;
    const end = { ...start, value: "2026-01-05T11:00:00" };
    const meeting = { uid: "model", start, end, status: "confirmed", transparent: false, visibility: "public" } as const;
    work.put("model", { remoteKey: "", revision: null, uid: "model", events: [meeting] });
    const text = (await dav(`${work.url}model.ics`, "GET")).text;
    expect(text).toContain("DTSTART;TZID=Asia/Tokyo:20260105T100000");
    expect((await put("model.ics", text)).status).toBe(204);
  });

  test("a read-only calendar refuses writes and says so in its privileges", async () => {
    const shared = sandbox.user("ada").createCalendar("shared", { readOnly: true });
    shared.put("x", event("x"));
    expect((await dav(`${shared.url}y.ics`, "PUT", { body: event("y"), headers: { "content-type": "text/calendar" } })).status).toBe(403);
    expect((await dav(`${shared.url}x.ics`, "DELETE")).status).toBe(403);
    const body = '<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>';
    const privileges = (await dav(shared.url, "PROPFIND", { depth: "0", body })).text;
    expect(privileges).toContain("<D:read/>");
    expect(privileges).not.toContain("<D:write/>");
  });

  test("multiget answers missing members one by one; a query with a range gives what may match", async () => {
    work.put("week2", event("week2").replaceAll("20260105", "20260115"));
    work.put("series", event("series", ["RRULE:FREQ=WEEKLY"]).replaceAll("20260105", "20250106"));
    const multiget = await dav(work.url, "REPORT", {
      depth: "1",
      body:
        '<m:calendar-multiget xmlns:m="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/><m:calendar-data/></D:prop>' +
        `<D:href>${work.url}week2.ics</D:href><D:href>/dav/calendars/ada/work/none.ics</D:href></m:calendar-multiget>`,
    });
    expect(multiget.text).toContain("UID:week2");
    expect(multiget.text).toContain("<D:response><D:href>/dav/calendars/ada/work/none.ics</D:href><D:status>HTTP/1.1 404");
    const query = (inner: string): ReturnType<typeof dav> =>
      dav(work.url, "REPORT", {
        depth: "1",
        body:
          '<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop>' +
          `<C:filter><C:comp-filter name="VCALENDAR">${inner}</C:comp-filter></C:filter></C:calendar-query>`,
      });
    const range = '<C:time-range start="20260112T000000Z" end="20260119T000000Z"/>';
    const ranged = (await query(`<C:comp-filter name="VEVENT">${range}</C:comp-filter>`)).text;
    expect(ranged).toContain("week2.ics");
    expect(ranged).toContain("series.ics");
    expect(ranged).not.toContain("held.ics");
    const byTitle = await query('<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"/></C:comp-filter>');
    expect(byTitle.text).toContain("supported-filter");
    expect((await query('<C:comp-filter name="VEVENT"><C:time-range start="x"/></C:comp-filter>')).text).toContain("valid-filter");
  });
});
