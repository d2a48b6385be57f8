import { describe, expect, test } from "vitest";
import { credential, pullPass, scriptedGoogle, type Script, type SeenRequest } from "./scripted-google.ts";

const time = { start: { dateTime: "2026-12-01T09:00:00Z" }, end: { dateTime: "2026-12-01T10:00:00Z" } };
const single = (id: string, more: object = {}): object => ({ id, status: "confirmed", etag: '"1"', updated: "2026-11-01T00:00:00.000Z", ...time, ...more });
const master = (id: string, more: object = {}): object => single(id, { iCalUID: `${id}@x`, recurrence: ["RRULE:FREQ=DAILY;COUNT=5"], start: { ...time.start, timeZone: "UTC" }, end: { ...time.end, timeZone: "UTC" }, ...more });
const instance = (series: string, day: string, more: object = {}): object =>
  single(`${series}_${day}`, { recurringEventId: series, iCalUID: `${series}@x`, originalStartTime: { dateTime: `2026-12-${day}T09:00:00Z` }, ...more });

/** Answers a first list, then deltas in order. */
function calendarOf(first: object[], delta: object, more: Script = () => ({ status: 404, json: { error: { errors: [{ reason: "notFound" }] } } })): Script {
  return (request) => {
    if (request.method !== "GET" || !request.path.endsWith("/events") || request.query.has("iCalUID")) return more(request);
    return { json: request.query.has("syncToken") ? delta : { items: first, nextSyncToken: "s1", updated: "2026-11-10T00:00:00.000Z" } };
  };
}

async function afterFirst(script: Script): Promise<{ pages: Awaited<ReturnType<typeof pullPass>>; requests: SeenRequest[] }> {
  const { provider, requests } = scriptedGoogle(script);
  const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
  requests.length = 0;
  return { pages: await pullPass(provider, { cursor }), requests };
}

describe("a list", () => {
  test("short and empty pages go on; parts of a series on different pages are one item", async () => {
    const pages: Record<string, object> = {
      "": { items: [instance("s", "02"), single("a")], nextPageToken: "2" },
      "2": { items: [], nextPageToken: "3" },
      "3": { nextPageToken: "4" },
      "4": { items: [master("s"), instance("s", "03", { status: "cancelled" }), single("b")], nextSyncToken: "s1" },
    };
    const { provider } = scriptedGoogle(({ query }) => ({ json: pages[query.get("pageToken") ?? ""] }));
    const pulled = await pullPass(provider);
    const objects = pulled.flatMap((page) => page.objects);
    expect(objects.map(({ remoteKey }) => remoteKey)).toEqual(["a", "b", "s"]);
    expect(objects.at(-1)?.events).toHaveLength(2);
    expect(pulled.at(-1)).toMatchObject({ pass: "snapshot", expectedItems: 3 });
    expect(pulled.slice(0, -1).every(({ nextCursor }) => nextCursor === null)).toBe(true);
  });

  test("with both tokens it has not ended; with neither a first list is not believed, and a delta starts over", async () => {
    const both = scriptedGoogle(({ query }) => ({ json: query.has("pageToken") ? { items: [single("b")], nextSyncToken: "s2" } : { items: [single("a")], nextPageToken: "p", nextSyncToken: "s" } }));
    const pages = await pullPass(both.provider);
    expect(pages.flatMap(({ objects }) => objects.map(({ remoteKey }) => remoteKey))).toEqual(["a", "b"]);
    expect(pages.at(-1)?.nextCursor).toContain("s2");
    const neither = scriptedGoogle(() => ({ json: { items: [single("a")] } }));
    await expect(pullPass(neither.provider)).rejects.toMatchObject({ code: "answer-invalid", failure: "transient" });
    const { pages: delta } = await afterFirst(calendarOf([], { items: [single("a")] }));
    expect(delta).toMatchObject([{ pass: "delta", nextCursor: null, removed: [] }]);
  });

  test("the newest state of an item counts, wherever it stands", async () => {
    const states = [single("a", { etag: '"5"', updated: "2026-11-05T00:00:00.000Z", summary: "new" }), single("a", { etag: '"4"', updated: "2026-11-04T00:00:00.000Z", summary: "old" })];
    for (const items of [states, [...states].reverse()]) {
      const { provider } = scriptedGoogle(() => ({ json: { items, nextSyncToken: "s" } }));
      const [page] = await pullPass(provider);
      expect(page?.objects).toMatchObject([{ revision: '"5"', events: [{ content: { title: "new" } }] }]);
    }
  });

  test("an item that changes while it is listed is read again by the next pass", async () => {
    const newer = single("a", { etag: '"2"', updated: "2026-11-02T00:00:00.000Z" });
    const { provider, requests } = scriptedGoogle(({ path, query }) => {
      if (path.endsWith("/a")) return { json: newer };
      if (query.has("syncToken")) return { json: { items: [], nextSyncToken: "s2" } };
      return { json: query.has("pageToken") ? { items: [newer, single("a")], nextSyncToken: "s1" } : { items: [single("a")], nextPageToken: "2" } };
    });
    const first = await pullPass(provider);
    expect(first.flatMap(({ objects }) => objects)).toMatchObject([{ revision: '"1"' }]);
    const second = await pullPass(provider, { cursor: first.at(-1)?.nextCursor ?? null });
    expect(second.flatMap(({ objects }) => objects)).toMatchObject([{ remoteKey: "a", revision: '"2"' }]);
    const third = await pullPass(provider, { cursor: second.at(-1)?.nextCursor ?? null });
    expect(third.flatMap(({ objects }) => objects)).toEqual([]);
    expect(requests).toHaveLength(5);
  });

  test("a page token that ran out ends the pass, and nothing is lost", async () => {
    const gone = { status: 410, json: { error: { code: 410, errors: [{ reason: "fullSyncRequired" }] } } };
    const { provider } = scriptedGoogle(({ query }) => (query.has("pageToken") ? gone : { json: { items: [single("a")], nextPageToken: "2" } }));
    await expect(pullPass(provider)).rejects.toMatchObject({ code: "response-incomplete", failure: "transient" });
  });
});

describe("a delta", () => {
  test("of one cancelled instance costs the list of its series, which stands whole in one item", async () => {
    const whole = [master("s"), instance("s", "02"), instance("s", "03", { status: "cancelled" })];
    const script = calendarOf([master("s"), instance("s", "02")], { items: [{ id: "s_03", status: "cancelled", recurringEventId: "s", originalStartTime: { dateTime: "2026-12-03T09:00:00Z" } }], nextSyncToken: "s2" }, ({ path, query }) =>
      path.endsWith("/events/s") ? { json: master("s") } : { json: { items: query.get("iCalUID") === "s@x" ? whole : [] } });
    const { pages, requests } = await afterFirst((request) => (request.query.has("iCalUID") ? { json: { items: whole, nextSyncToken: "x" } } : script(request)));
    expect(pages.flatMap(({ objects }) => objects)).toMatchObject([{ remoteKey: "s", events: [{ excludedTimes: [{ value: "2026-12-03T09:00:00" }] }, { recurrenceId: { value: "2026-12-02T09:00:00" } }] }]);
    expect(requests.map(({ path }) => path.split("/").slice(2).join("/"))).toEqual(["events", "events/s", "events"]);
    expect(pages.at(-1)?.nextCursor).toContain("s2");
  });

  test("of a series that was made since needs no more requests", async () => {
    const { pages, requests } = await afterFirst(calendarOf([], { items: [instance("s", "02"), master("s", { created: "2026-11-15T00:00:00.000Z" })], nextSyncToken: "s2" }));
    expect(pages.flatMap(({ objects }) => objects)).toMatchObject([{ remoteKey: "s", events: [{}, {}] }]);
    expect(requests).toHaveLength(1);
  });

  test("of a deleted series: it is gone, with its instances", async () => {
    const items = [{ id: "s", status: "cancelled" }, instance("s", "02", { status: "cancelled" })];
    for (const order of [items, [...items].reverse()]) {
      const { pages, requests } = await afterFirst(calendarOf([master("s"), instance("s", "02")], { items: order, nextSyncToken: "s2" }));
      expect(pages.flatMap(({ removed }) => removed)).toEqual(["s"]);
      expect(pages.flatMap(({ objects }) => objects)).toEqual([]);
      expect(requests).toHaveLength(1);
    }
  });

  test("of an instance whose master is somebody else's: it happens by itself", async () => {
    const one = instance("theirs", "02");
    const { pages } = await afterFirst((request) => (request.query.has("iCalUID") ? { json: { items: [one], nextSyncToken: "x" } } : calendarOf([], { items: [one], nextSyncToken: "s2" })(request)));
    expect(pages.flatMap(({ objects }) => objects)).toMatchObject([{ remoteKey: "theirs", events: [{ recurrenceId: { value: "2026-12-02T09:00:00" } }] }]);
  });

  test("of more series than are worth asking for one by one ends the position", async () => {
    const items = Array.from({ length: 51 }, (_, index) => master(`s${index}`));
    const { provider, requests } = scriptedGoogle(calendarOf([], { items, nextSyncToken: "s2" }));
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    await expect(pullPass(provider, { cursor })).rejects.toMatchObject({ code: "cursor-expired" });
    expect(requests).toHaveLength(2);
  });

  test("asks with the query that the token was given for, and with nothing that a token refuses", async () => {
    const { provider, requests } = scriptedGoogle(calendarOf([], { items: [], nextSyncToken: "s2" }));
    await pullPass(provider, { cursor: (await pullPass(provider)).at(-1)?.nextCursor ?? null });
    const [first, second] = requests.map(({ query }) => Object.fromEntries(query));
    const { syncToken, ...rest } = second ?? {};
    expect(syncToken).toBe("s1");
    expect(rest).toEqual(first);
    expect(Object.keys(rest).sort()).toEqual(["fields", "maxResults", "singleEvents"]);
  });

  test.each([410, 400])("is refused with %i: the position is dead", async (status) => {
    const { provider } = scriptedGoogle(({ query }) => (query.has("syncToken") ? { status, json: { error: { errors: [{ reason: "fullSyncRequired" }] } } } : { json: { items: [], nextSyncToken: "s1" } }));
    const cursor = (await pullPass(provider)).at(-1)?.nextCursor ?? null;
    await expect(pullPass(provider, { cursor })).rejects.toMatchObject({ code: "cursor-expired" });
  });
});

describe("what is asked for", () => {
  test("a reader of busy times asks for no title, no text, no place and no people", async () => {
    const { provider, requests } = scriptedGoogle(() => ({ json: { items: [single("a", { attendees: [{ self: true, responseStatus: "declined" }] })], nextSyncToken: "s" } }));
    const reach = { titles: false, content: false, descriptions: false };
    const pages = await pullPass(provider, { reach });
    const query = requests[0]?.query;
    expect(query?.get("fields")).not.toMatch(/summary|description|location|email|displayName|organizer|conference|source|color/);
    expect(query?.get("maxAttendees")).toBe("1");
    expect(pages[0]?.objects[0]?.events[0]).toMatchObject({ participation: "declined" });
    // Who needs more, or less, than the position was made for starts over.
    const cursor = pages.at(-1)?.nextCursor ?? null;
    await expect(pullPass(provider, { cursor, reach: { ...reach, titles: true } })).rejects.toMatchObject({ code: "cursor-expired" });
    expect((await pullPass(provider, { reach: { ...reach, titles: true } })).length).toBe(1);
    expect(requests.at(-1)?.query.get("fields")).toMatch(/summary/);
    expect(requests.at(-1)?.query.get("fields")).not.toMatch(/description|location|email/);
  });

  test("a position of another adapter is dead", async () => {
    const { provider } = scriptedGoogle(() => ({ json: {} }));
    for (const cursor of ["x", "{}", "[]", "null", '{"v":2,"token":"t","reach":"tcd"}', "busy:abc"]) await expect(pullPass(provider, { cursor })).rejects.toMatchObject({ code: "cursor-expired" });
  });
});

describe("a calendar of which only busy times may be read", () => {
  test("is read by its events where the grant is for events alone", async () => {
    const { provider, requests } = scriptedGoogle(() => ({ json: { items: [single("a")], nextSyncToken: "s" } }));
    const access = { endpoint: { login: "ada@example.com" }, credential: credential(["https://www.googleapis.com/auth/calendar.events.readonly"]) };
    const request = { calendar: { remoteKey: "work@example.com", hints: { access: "freeBusyReader" } }, cursor: null, pageToken: null, window: { from: 0, to: 1 }, revisionsOf: async () => new Map(), memo: new Map() };
    expect(await provider.pullPage(access, request)).toMatchObject({ pass: "snapshot", objects: [{ remoteKey: "a" }] });
    expect(requests[0]?.path).toBe("calendars/work@example.com/events");
  });

  const busy = (periods: [string, string][]): Script => ({ body }) => {
    const { timeMin, timeMax } = body as { timeMin: string; timeMax: string };
    const inside = periods.filter(([start, end]) => start < timeMax && end > timeMin).map(([start, end]) => ({ start: start < timeMin ? timeMin : start, end: end > timeMax ? timeMax : end }));
    return { json: { calendars: { "work@example.com": { busy: inside } } } };
  };

  test("is its busy periods, sliced and joined again; what stays is no news", async () => {
    let periods: [string, string][] = [["2026-10-01T09:00:00Z", "2026-10-01T10:00:00Z"], ["2026-11-29T00:00:00Z", "2026-12-02T00:00:00Z"]];
    const { provider, requests } = scriptedGoogle((request) => busy(periods)(request));
    const first = await pullPass(provider, { hints: { access: "freeBusyReader" } });
    expect(first).toHaveLength(1);
    expect(first[0]?.objects.map(({ events }) => [events[0]?.start.value, events[0]?.end?.value])).toEqual([["2026-10-01T09:00:00", "2026-10-01T10:00:00"], ["2026-11-29T00:00:00", "2026-12-02T00:00:00"]]);
    expect(requests.every(({ path, method }) => path === "freeBusy" && method === "POST")).toBe(true);
    expect(requests).toHaveLength(4);
    const cursor = first[0]?.nextCursor ?? null;
    expect(await pullPass(provider, { cursor, hints: { access: "freeBusyReader" } })).toMatchObject([{ pass: "delta", objects: [], removed: [], nextCursor: cursor }]);
    periods = periods.slice(1);
    expect(await pullPass(provider, { cursor, hints: { access: "freeBusyReader" } })).toMatchObject([{ pass: "snapshot", objects: [{}] }]);
  });

  test("errors inside a 200 are errors, and an answer without the calendar is none", async () => {
    const hints = { access: "freeBusyReader" };
    const withErrors = (reason: string): Script => () => ({ json: { calendars: { "work@example.com": { errors: [{ domain: "global", reason }], busy: [] } } } });
    await expect(pullPass(scriptedGoogle(withErrors("notFound")).provider, { hints })).rejects.toMatchObject({ code: "calendar-gone" });
    await expect(pullPass(scriptedGoogle(withErrors("internalError")).provider, { hints })).rejects.toMatchObject({ code: "server-error" });
    await expect(pullPass(scriptedGoogle(() => ({ json: { calendars: {} } })).provider, { hints })).rejects.toMatchObject({ code: "answer-invalid" });
  });

  test("a grant for busy times alone is read the same way", async () => {
    const { provider, requests } = scriptedGoogle(busy([]));
    const access = { endpoint: { login: "ada@example.com" }, credential: credential(["https://www.googleapis.com/auth/calendar.freebusy"]) };
    const request = { calendar: { remoteKey: "work@example.com", hints: { access: "owner" } }, cursor: null, pageToken: null, window: { from: 0, to: 1 }, revisionsOf: async () => new Map(), memo: new Map() };
    expect(await provider.pullPage(access, request)).toMatchObject({ pass: "snapshot", objects: [] });
    expect(requests[0]?.path).toBe("freeBusy");
  });
});
