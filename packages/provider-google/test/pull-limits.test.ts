import { describe, expect, test } from "vitest";
import { credential, pullPass, scriptedGoogle, type ScriptedAnswer, type SeenRequest } from "./scripted-google.ts";

const time = { start: { dateTime: "2026-12-01T09:00:00Z" }, end: { dateTime: "2026-12-01T10:00:00Z" } };
const single = (id: string, more: object = {}): object => ({ id, status: "confirmed", etag: '"1"', updated: "2026-11-01T00:00:00.000Z", ...time, ...more });
const master = (id: string, more: object = {}): object =>
  single(id, { iCalUID: `${id}@x`, recurrence: ["RRULE:FREQ=DAILY"], start: { ...time.start, timeZone: "UTC" }, end: { ...time.end, timeZone: "UTC" }, ...more });
const notFound: ScriptedAnswer = { status: 404, json: { error: { errors: [{ reason: "notFound" }] } } };

/** An instance, so many days after the first one. */
function instance(series: string, day: number, more: object = {}): { id: string } {
  const dateTime = new Date(Date.parse("2026-12-01T09:00:00Z") + day * 86_400_000).toISOString();
  return { ...single(`${series}_${day}`, { recurringEventId: series, iCalUID: `${series}@x`, originalStartTime: { dateTime }, start: { dateTime }, end: { dateTime }, ...more }), id: `${series}_${day}` };
}

/** What Google's list guarantees of a cancelled instance, and no more. */
const cancelled = (series: string, day: number): object => {
  const { id, recurringEventId, originalStartTime } = instance(series, day) as { id: string; recurringEventId?: string; originalStartTime?: object };
  return { id, status: "cancelled", recurringEventId, originalStartTime };
};

/** Cuts a list into pages as Google does, by `maxResults`. */
function listed(all: readonly object[], { query }: SeenRequest, syncToken = "s1"): Record<string, unknown> {
  const from = Number(query.get("pageToken") ?? "0");
  const to = from + Number(query.get("maxResults"));
  return { items: all.slice(from, to), updated: "2026-11-10T00:00:00.000Z", ...(to < all.length ? { nextPageToken: String(to) } : { nextSyncToken: syncToken }) };
}

describe("pages too large for one answer", () => {
  const text = "x".repeat(8_000);
  const events = Array.from({ length: 300 }, (_, index) => single(`e${index}`, { description: text, updated: undefined }));

  test("are asked for again in smaller ones; every event comes once, none is lost", async () => {
    const { provider, requests } = scriptedGoogle((request) => ({ json: listed(events, request) }), { maxBytes: 1_000_000 });
    const pages = await pullPass(provider);
    const keys = pages.flatMap(({ objects }) => objects.map(({ remoteKey }) => remoteKey));
    expect(keys).toHaveLength(300);
    expect(new Set(keys).size).toBe(300);
    expect(pages.at(-1)).toMatchObject({ pass: "snapshot", expectedItems: 300, nextCursor: expect.stringContaining("s1") as string });
    expect(requests.map(({ query }) => query.get("maxResults"))).toEqual(["1000", "250", "62", "62", "62", "62", "62"]);
  });

  test("in the middle of a list start it over, and what was handed on is not handed on twice", async () => {
    const mixed = [...Array.from({ length: 100 }, (_, index) => single(`s${index}`)), ...events];
    const { provider } = scriptedGoogle((request) => ({ json: listed(mixed, request) }), { maxBytes: 500_000, pageSize: 100 });
    const pages = await pullPass(provider);
    const keys = pages.flatMap(({ objects }) => objects.map(({ remoteKey }) => remoteKey));
    expect([keys.length, new Set(keys).size]).toEqual([400, 400]);
    expect(pages.at(-1)?.expectedItems).toBe(400);
  });

  test("that no size makes fit are told as too large, after a few requests", async () => {
    const { provider, requests } = scriptedGoogle((request) => ({ json: listed(events, request) }), { maxBytes: 5_000 });
    await expect(pullPass(provider)).rejects.toMatchObject({ code: "response-too-large" });
    expect(requests.map(({ query }) => query.get("maxResults"))).toEqual(["1000", "250", "62", "15", "10"]);
  });
});

describe("a list that never ends", () => {
  test("because its page tokens go round is refused", async () => {
    const next: Record<string, string> = { "": "a", a: "b", b: "c", c: "a" };
    const { provider, requests } = scriptedGoogle(({ query }) => ({ json: { items: [], nextPageToken: next[query.get("pageToken") ?? ""] } }));
    await expect(pullPass(provider)).rejects.toMatchObject({ code: "answer-invalid", failure: "transient" });
    expect(requests).toHaveLength(4);
  });
});

describe("the calendar list", () => {
  test("goes on after an empty page, which leaves its list out", async () => {
    const pages: Record<string, object> = {
      "": { items: [{ id: "ada@example.com", primary: true, accessRole: "owner" }], nextPageToken: "2" },
      "2": { nextPageToken: "3" },
      "3": { items: [{ id: "team@group.calendar.google.com", accessRole: "reader" }] },
    };
    const { provider } = scriptedGoogle(({ query }) => ({ json: pages[query.get("pageToken") ?? ""] }));
    const calendars = await provider.listCalendars({ endpoint: {}, credential: credential() });
    expect(calendars.map(({ remoteKey }) => remoteKey)).toEqual(["ada@example.com", "team@group.calendar.google.com"]);
    const empty = scriptedGoogle(() => ({ json: {} }));
    await expect(empty.provider.listCalendars({ endpoint: {}, credential: credential() })).rejects.toMatchObject({ code: "answer-invalid" });
  });
});

describe("a series with many instances of its own", () => {
  /** A first list, then a delta of one cancelled instance, then the whole of the series by its UID. */
  function seriesOf(count: number): ReturnType<typeof scriptedGoogle> {
    const whole = [master("s"), ...Array.from({ length: count }, (_, index) => instance("s", index + 1))];
    return scriptedGoogle((request) => {
      const { path, query } = request;
      if (query.has("iCalUID")) return { json: listed(whole, request) };
      if (query.has("syncToken")) return { json: { items: [cancelled("s", 1)], nextSyncToken: "s2" } };
      return path.endsWith("/events") ? { json: { items: [master("s")], nextSyncToken: "s1", updated: "2026-11-10T00:00:00.000Z" } } : { json: master("s") };
    });
  }

  test("10,000 of them stand in one item", async () => {
    const { provider } = seriesOf(10_000);
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    const [object] = (await pullPass(provider, { cursor })).flatMap(({ objects }) => objects);
    expect(object?.events).toHaveLength(10_001);
  });

  test("more than are read one series at a time: the calendar is read as a whole, and none of them is left out", async () => {
    const { provider } = seriesOf(21_500);
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    await expect(pullPass(provider, { cursor })).rejects.toMatchObject({ code: "cursor-expired" });
  });
});

describe("single instances of somebody else's series", () => {
  const first = [instance("theirs", 1), instance("theirs", 2)];
  const delta = { items: [cancelled("theirs", 1)], nextSyncToken: "s2" };

  test("one is cancelled: the other one stays", async () => {
    const { provider } = scriptedGoogle(({ path, query }) => {
      if (path.endsWith("/theirs_1")) return { json: { ...instance("theirs", 1), status: "cancelled" } };
      if (query.has("iCalUID")) return { json: { items: [{ ...instance("theirs", 1), status: "cancelled" }, instance("theirs", 2)] , nextSyncToken: "x" } };
      if (query.has("syncToken")) return { json: delta };
      return path.endsWith("/events") ? { json: { items: first, nextSyncToken: "s1" } } : notFound;
    });
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    const pages = await pullPass(provider, { cursor });
    expect(pages.flatMap(({ removed }) => removed)).toEqual([]);
    expect(pages.flatMap(({ objects }) => objects)).toMatchObject([{ remoteKey: "theirs", events: [{ recurrenceId: { value: "2026-12-03T09:00:00" } }] }]);
  });

  test("where nothing tells what else there is of it, the calendar is read as a whole", async () => {
    const { provider } = scriptedGoogle(({ path, query }) => {
      if (query.has("syncToken")) return { json: delta };
      return path.endsWith("/events") ? { json: { items: first, nextSyncToken: "s1" } } : notFound;
    });
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    await expect(pullPass(provider, { cursor })).rejects.toMatchObject({ code: "cursor-expired" });
  });
});

describe("Google's own time of the last change", () => {
  test("may lag behind the list: a series that was listed is not taken for a new one, and keeps its instances", async () => {
    const made = { created: "2026-11-12T00:00:00.000Z" };
    const whole = [master("s", made), instance("s", 1, made)];
    const { provider } = scriptedGoogle(({ query }) => {
      if (query.has("iCalUID")) return { json: { items: whole, nextSyncToken: "x" } };
      if (query.has("syncToken")) return { json: { items: [master("s", { ...made, summary: "renamed" })], updated: "2026-11-10T00:00:00.000Z", nextSyncToken: "s2" } };
      return { json: { items: whole, updated: "2026-11-10T00:00:00.000Z", nextSyncToken: "s1" } };
    });
    let cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    for (let pass = 0; pass < 2; pass += 1) {
      const pages = await pullPass(provider, { cursor });
      expect(pages.flatMap(({ objects }) => objects)[0]?.events).toHaveLength(2);
      cursor = pages.at(-1)?.nextCursor ?? null;
    }
  });
});
