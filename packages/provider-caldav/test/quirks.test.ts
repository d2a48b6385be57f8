import { Secret, type Cursor, type PulledPage, type ProviderAccess, type PullRequest } from "@kalends/model";
import { fakeClock, seededRandom, type FakeClock } from "@kalends/testing";
import { describe, expect, test } from "vitest";
import { caldavProvider } from "../src/index.ts";
import { answerMultiget, askedHrefs, itemData, member, multistatus, notFound, resource, scriptedTransport, syncToken, withStatus, type Script, type ScriptedAnswer } from "./scripted-transport.ts";

// The numbers are those of the list of server quirks in docs/reference/caldav-quirks.md; each of its lines has a test here or in the file that
// the list names. A test here fails where the handling of its quirk is taken out.

const access: ProviderAccess = { endpoint: { homes: "https://cal.example/h/", addresses: "" }, credential: { kind: "password", username: "alice", password: new Secret("pw") } };
const collection = resource("/h/c/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>");
const marks = (ctag: string, token = ""): ScriptedAnswer => multistatus(resource("/h/c/", `<s:getctag>${ctag}</s:getctag>${token === "" ? "" : syncToken(token)}`));

const isSync = (text: string): boolean => text.includes("sync-collection");
const isMultiget = (text: string): boolean => text.includes("calendar-multiget");
const isQuery = (text: string): boolean => text.includes("calendar-query");
const isMarks = (text: string): boolean => text.includes("getctag");
const isListing = (text: string): boolean => text.includes("<d:propfind") && text.includes("getetag");

interface World {
  sync?: Script;
  marks?: Script;
  listing?: Script;
  multiget?: Script;
  query?: Script;
  get?: Script;
}

function script(world: World): Script {
  return (request) => {
    const { text, method } = request;
    const say = (own: Script | undefined, usual: ScriptedAnswer): ScriptedAnswer => own?.(request) ?? usual;
    if (method === "GET") return say(world.get, notFound);
    if (isMultiget(text)) return say(world.multiget, answerMultiget(text));
    if (isSync(text)) return say(world.sync, multistatus(syncToken("t")));
    if (isQuery(text)) return say(world.query, multistatus());
    if (isMarks(text)) return say(world.marks, marks("1", "t"));
    if (isListing(text)) return say(world.listing, multistatus(collection));
    return notFound;
  };
}

interface PullOptions {
  cursor?: Cursor | null;
  sync?: string;
  stored?: Record<string, string>;
  clock?: FakeClock;
  batchSize?: number;
}

/** One whole pass of an adapter in front of such a server. */
async function pull(world: World, options: PullOptions = {}) {
  const { transport, requests } = scriptedTransport(script(world));
  const provider = caldavProvider({ transport, clock: options.clock ?? fakeClock("2026-03-01T00:00:00Z"), random: seededRandom(1), batchSize: options.batchSize ?? 100 });
  const stored = new Map(Object.entries(options.stored ?? {}));
  const request: PullRequest = {
    calendar: { remoteKey: "/h/c/", hints: { sync: options.sync ?? "yes" } },
    cursor: options.cursor ?? null,
    pageToken: null,
    window: { from: 0, to: 1 },
    revisionsOf: async (keys) => new Map(keys.flatMap((key) => (stored.has(key) ? [[key, stored.get(key) ?? null] as const] : []))),
    memo: new Map(),
  };
  const all = { pass: "", uids: [] as string[], objects: 0, present: [] as string[], removed: [] as string[], quarantined: [] as string[], cursor: null as Cursor | null, pages: 0, requests };
  for (let pageToken: string | null = null; ; ) {
    const page: PulledPage = await provider.pullPage(access, { ...request, pageToken });
    all.pass = page.pass;
    all.pages += 1;
    all.uids.push(...page.objects.map((object) => object.uid));
    all.present.push(...page.present);
    all.removed.push(...page.removed);
    all.quarantined.push(...page.quarantined.map((item) => `${item.remoteKey} ${item.code}`));
    if (page.nextPageToken === null) return { ...all, cursor: page.nextCursor };
    pageToken = page.nextPageToken;
  }
}

const members = (count: number, etag = '"1"'): string[] => Array.from({ length: count }, (_, index) => member(`/h/c/m${index}`, etag));

describe("tokens", () => {
  test.each(["1.10", " 7 ", "data:,35", "-1", "1e5", "ünïcode"])("quirk 1: the token %j is handed back as it came", async (token) => {
    const first = await pull({ sync: () => multistatus(syncToken(token)) });
    const second = await pull({ sync: () => multistatus(syncToken("next")) }, { cursor: first.cursor });
    expect(second.requests[0]?.text).toContain(`<d:sync-token>${token}</d:sync-token>`);
  });

  test("quirk 2: a dead token that is answered with a silent full list is no delta", async () => {
    const stored = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`/h/c/m${index}`, '"1"']));
    const world: World = { sync: () => multistatus(...members(8), syncToken("new")), listing: () => multistatus(collection, ...members(8)) };
    const doubted = await pull(world, { cursor: "sync:dead", stored: { ...stored, "/h/c/gone": '"1"' } });
    // A snapshot sweeps what is not mentioned: /h/c/gone and m8 among it.
    expect(doubted).toMatchObject({ pass: "snapshot", removed: [] });
    expect([...doubted.present, ...doubted.uids]).toHaveLength(8);
  });

  test("quirk 2: a delta of more than a hundred items is checked against a listing", async () => {
    const world: World = { sync: () => multistatus(...members(120, '"2"'), syncToken("new")), listing: () => multistatus(collection, ...members(120, '"2"')) };
    const outcome = await pull(world, { cursor: "sync:dead" });
    expect(outcome).toMatchObject({ pass: "snapshot" });
    expect(outcome.uids).toHaveLength(120);
  });

  test("quirk 3: silence of the token is compared with the collection's mark once an hour", async () => {
    const clock = fakeClock("2026-03-01T00:00:00Z");
    const world: World = { sync: () => multistatus(syncToken("t")), listing: () => multistatus(collection, member("/h/c/new")), marks: () => marks("2", "t") };
    const cursor = `sync@${clock.now()},${clock.now()}=1:t`;
    const quiet = await pull(world, { cursor, clock });
    expect(quiet).toMatchObject({ pass: "delta", uids: [] });
    expect(quiet.requests).toHaveLength(1);
    clock.set(clock.now() + 3_700_000);
    expect(await pull(world, { cursor: quiet.cursor, clock })).toMatchObject({ pass: "snapshot", uids: ["new"] });
    const still = await pull({ ...world, marks: () => marks("1", "t") }, { cursor: quiet.cursor, clock });
    expect(still).toMatchObject({ pass: "delta" });
    expect(still.requests).toHaveLength(2);
  });

  test("quirk 3: the calendar is listed once a day, whatever the token says", async () => {
    const clock = fakeClock("2026-03-01T00:00:00Z");
    const cursor = `sync@${clock.now() - 25 * 3_600_000},${clock.now()}=1:t`;
    const outcome = await pull({ listing: () => multistatus(collection, member("/h/c/a")), marks: () => marks("1", "t") }, { cursor, clock, stored: { "/h/c/a": '"1"', "/h/c/b": '"1"' } });
    expect(outcome).toMatchObject({ pass: "snapshot", present: ["/h/c/a"], cursor: `sync@${clock.now()},${clock.now()}=1:t` });
    expect(outcome.requests.some(({ text }) => isMultiget(text))).toBe(false);
  });

  test("quirk 14: what a list of changes names is read even where the listing shows the stored revision", async () => {
    const stored = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`/h/c/m${index}`, '"1"']));
    const delta = await pull({ sync: () => multistatus(...members(1), syncToken("n")) }, { cursor: "sync:o", stored });
    expect(delta.uids).toEqual(["m0"]);
    const doubted = await pull({ sync: () => multistatus(...members(6), syncToken("n")), listing: () => multistatus(collection, ...members(6)) }, { cursor: "sync:o", stored });
    expect(doubted).toMatchObject({ pass: "snapshot", uids: ["m0", "m1", "m2", "m3", "m4", "m5"] });
  });

  test("quirk 33: without a token and with marks that never move, the calendar is listed each time", async () => {
    for (const ctag of ["", "null", "-1"]) {
      const world: World = { sync: () => ({ status: 403 }), marks: () => marks(ctag), listing: () => multistatus(collection, ...members(1)) };
      const first = await pull(world);
      expect(first.cursor).toMatch(/^etag:\d+$/);
      expect(await pull(world, { cursor: first.cursor, stored: { "/h/c/m0": '"1"' } })).toMatchObject({ pass: "snapshot", present: ["/h/c/m0"] });
    }
  });

  test("quirk 36: a dead token is a normal event: cursor-expired, then a snapshot page by page that reads only what changed", async () => {
    await expect(pull({ sync: () => ({ status: 403 }) }, { cursor: "sync:old" })).rejects.toMatchObject({ code: "cursor-expired", failure: "cursor-expired" });
    const stored = Object.fromEntries(Array.from({ length: 995 }, (_, index) => [`/h/c/m${index}`, '"1"']));
    const again = await pull({ sync: () => multistatus(...members(1000), syncToken("t")) }, { stored });
    expect(again).toMatchObject({ pass: "snapshot", uids: ["m995", "m996", "m997", "m998", "m999"] });
    expect(again.requests.filter(({ text }) => isMultiget(text))).toHaveLength(1);
  });
});

describe("calendars too large for one answer", () => {
  const tooMany: ScriptedAnswer = { status: 403, body: '<d:error xmlns:d="DAV:"><d:number-of-matches-within-limits/></d:error>' };

  /** Answers queries over at most so much time, with the items (at 1 March of a year) in that time. */
  const slices = (years: readonly number[], most: number, refusal: ScriptedAnswer): Script => ({ text }) => {
    const [from = "", to = ""] = [...text.matchAll(/(?:start|end)="(\d{8})T000000Z"/g)].map(([, date]) => date ?? "");
    const hits = years.filter((year) => `${year}0301` >= from && `${year}0301` < to);
    return hits.length > most ? refusal : multistatus(...hits.map((year) => member(`/h/c/${year}`)));
  };

  test.each<[string, ScriptedAnswer]>([
    ["507", { status: 507 }],
    ["403 number-of-matches-within-limits", tooMany],
    ["an inner 507", multistatus(collection, withStatus("/h/c/", 507))],
  ])("quirk 4: %s to list and report leads to queries by slices of time, then multiget, then the token", async (_, refusal) => {
    const years = Array.from({ length: 40 }, (_unused, index) => 1990 + index);
    const world: World = { sync: () => (refusal.status === 207 ? { status: 507 } : refusal), listing: () => refusal, query: slices(years, 5, refusal.status === 207 ? multistatus(member("/h/c/1990"), withStatus("/h/c/", 507)) : refusal), marks: () => marks("1", "tok") };
    const outcome = await pull(world);
    expect(outcome).toMatchObject({ pass: "snapshot", cursor: expect.stringMatching(/^sync@.*:tok$/) as string });
    expect(outcome.uids).toEqual(years.map(String));
    expect(outcome.requests.length).toBeLessThan(60);
  });

  test("quirk 4: a server that says too many and shows none is not believed", async () => {
    const world: World = { sync: () => ({ status: 507 }), listing: () => ({ status: 507 }), query: () => multistatus() };
    await expect(pull(world)).rejects.toMatchObject({ code: "answer-invalid" });
    await expect(pull({ ...world, query: () => ({ status: 507 }) })).rejects.toMatchObject({ code: "response-too-large" });
  });

  test("quirk 4: a top-level 507 to a report with a token is cursor-expired", async () => {
    await expect(pull({ sync: () => ({ status: 507 }) }, { cursor: "sync:o" })).rejects.toMatchObject({ code: "cursor-expired" });
  });

  test("quirks 5, 20, 21 and 22: no limit, no expansion, no free-busy report; queries only in that need, and always for VEVENT", async () => {
    const usual = await pull({ sync: () => multistatus(...members(3), syncToken("t")) });
    const listed = await pull({ listing: () => multistatus(collection, ...members(3)) }, { sync: "no" });
    const sent = [...usual.requests, ...listed.requests].map(({ text }) => text).join("\n");
    expect(sent).not.toMatch(/limit|nresults|expand|time-range|calendar-query|free-busy|text-match/);
    const sliced = await pull({ sync: () => ({ status: 507 }), listing: () => ({ status: 507 }), query: () => multistatus(member("/h/c/a")) });
    const queries = sliced.requests.filter(({ text }) => isQuery(text));
    expect(queries.length).toBeGreaterThan(0);
    for (const { text } of queries) expect(text).toMatch(/comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="\d{8}T\d{6}Z" end="/);
  });
});

describe("items", () => {
  test("quirk 6: a multiget that is cut without a word is asked again for the rest, and made smaller", async () => {
    const world: World = { listing: () => multistatus(collection, ...members(250)), multiget: ({ text }) => multistatus(...askedHrefs(text).slice(0, 30).map((href) => itemData(href, href.slice(5)))) };
    const outcome = await pull(world, { sync: "no" });
    expect(outcome.uids).toHaveLength(250);
    expect(outcome.requests.some(({ method }) => method === "GET")).toBe(false);
    expect(outcome.requests.filter(({ text }) => isMultiget(text)).length).toBeLessThan(16);
  });

  test("quirk 7: one that is listed and handed out to nobody is set aside; nothing is removed", async () => {
    const world: World = { listing: () => multistatus(collection, ...members(3)), multiget: ({ text }) => multistatus(...askedHrefs(text).map((href) => (href === "/h/c/m1" ? withStatus(href, 404) : itemData(href, href.slice(5))))) };
    expect(await pull(world, { sync: "no" })).toMatchObject({ uids: ["m0", "m2"], removed: [], quarantined: ["/h/c/m1 object-missing"] });
  });

  test.each<[string, string | null]>([
    ["weak", 'W/"1"'],
    ["unquoted", "1"],
  ])("quirk 15: a %s ETag is a revision, byte for byte", async (_, etag) => {
    const world: World = { listing: () => multistatus(collection, member("/h/c/a", etag)) };
    expect(await pull(world, { sync: "no", stored: { "/h/c/a": etag ?? "" } })).toMatchObject({ present: ["/h/c/a"], uids: [] });
  });

  test.each(["", '""', '"None"', "None", 'W/""'])("quirk 15: the ETag %j never moves, so that the item is read each time", async (etag) => {
    const world: World = { listing: () => multistatus(collection, member("/h/c/a", etag)), multiget: () => multistatus(itemData("/h/c/a", "a", etag)) };
    expect(await pull(world, { sync: "no", stored: { "/h/c/a": etag } })).toMatchObject({ present: [], uids: ["a"] });
  });

  test("quirk 16: one key for all spellings, several hrefs in one response, other hosts, members without a suffix; requests in the server's spelling", async () => {
    const several = "<d:response><d:href>/h/c/gone1</d:href><d:href>/h/c/gone%202</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>";
    const names = ["/h/c/a%b", "/h/c/x@y", "/h/c/x%40y", "https://p42-cal.example/h/c/shard", "http://inner.proxy:8080/h/c/%c3%bc", "no-suffix"];
    const outcome = await pull({ sync: () => multistatus(...names.map((name) => member(name)), several, syncToken("n")), multiget: ({ text }) => multistatus(...askedHrefs(text).map((href) => itemData(href.replace("%40", "@"), href))) }, { cursor: "sync:o" });
    expect(outcome.uids.sort()).toEqual(["/h/c/%c3%bc", "/h/c/a%25b", "/h/c/no-suffix", "/h/c/shard", "/h/c/x%40y"].sort());
    expect(outcome.removed).toEqual(["/h/c/gone1", "/h/c/gone%202"]);
  });

  test("quirk 31: several UIDs in one item and an override without its master all arrive", async () => {
    const event = (uid: string, more = ""): string => `BEGIN:VEVENT\nUID:${uid}\nDTSTAMP:20260101T000000Z\nDTSTART:20260301T090000Z\nDTEND:20260301T100000Z\n${more}END:VEVENT\n`;
    const data = `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n${event("one")}${event("two", "RECURRENCE-ID:20260301T080000Z\n")}END:VCALENDAR\n`;
    const multiget: Script = () => multistatus(resource("/h/c/a", `<d:getetag>"1"</d:getetag><c:calendar-data><![CDATA[${data}]]></c:calendar-data>`));
    expect((await pull({ listing: () => multistatus(collection, member("/h/c/a")), multiget }, { sync: "no" })).uids).toEqual(["one", "two"]);
  });

  test("quirk 34: control characters, CDATA and escaped text are read alike", async () => {
    const multiget: Script = () => {
      const plain = itemData("/h/c/b", "b").replace("<![CDATA[", "").replace("]]>", "").replace("SUMMARY:s", "SUMMARY:a&#1;b\u0002 &amp;amp;");
      return multistatus(itemData("/h/c/a", "a").replace("SUMMARY:s", "SUMMARY:\u000b"), plain);
    };
    expect(await pull({ listing: () => multistatus(collection, member("/h/c/a"), member("/h/c/b")), multiget }, { sync: "no" })).toMatchObject({ uids: ["a", "b"], quarantined: [] });
  });

  test("quirk 29: a 403 or 405 item in a list of changes fails nothing", async () => {
    const outcome = await pull({ sync: () => multistatus(member("/h/c/a"), withStatus("/h/c/f", 403), withStatus("/h/c/sub/", 405), syncToken("n")) }, { cursor: "sync:o" });
    expect(outcome).toMatchObject({ pass: "delta", uids: ["a"], removed: [], quarantined: ["/h/c/f permission-denied"] });
  });
});

describe("answers that are no answers", () => {
  const page: ScriptedAnswer = { status: 200, body: "<html>Log in</html>", headers: { "content-type": "text/html" } };
  const cut: ScriptedAnswer = { status: 207, body: multistatus(collection, ...members(3)).body?.slice(0, -70) ?? "" };

  test.each<[string, ScriptedAnswer]>([
    ["8: an HTML page with 200", page],
    ["8: a page with 207", { ...page, status: 207 }],
    ["8: a list without the calendar itself", multistatus(...members(2))],
    ["9: XML that stops in the middle", cut],
    ["9: XML of another kind", { status: 207, body: "<feed/>" }],
    ["9: a document with a DOCTYPE", { status: 207, body: `<!DOCTYPE x>${collection}` }],
  ])("quirk %s is no empty calendar", async (_, answer) => {
    await expect(pull({ listing: () => answer }, { sync: "no", cursor: "ctag:0:old" })).rejects.toMatchObject({ failure: expect.stringMatching(/transient|permanent/) as string });
    const clock = fakeClock("2026-03-01T00:00:00Z");
    await expect(pull({ sync: () => answer }, { cursor: "sync:o", clock })).rejects.toMatchObject({ name: "KalendsError" });
    // An answer that was given up keeps no turn in the account's queue.
    expect(clock.pendingTimers).toBe(0);
  });

  test("quirk 26 and 27: a refused login is asked once; a throttled one not again before its time, however short Retry-After is", async () => {
    const refused = scriptedTransport(() => ({ status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }));
    const provider = caldavProvider({ transport: refused.transport, clock: fakeClock(), random: seededRandom(1) });
    await expect(provider.listCalendars(access)).rejects.toMatchObject({ code: "auth-failed" });
    expect(refused.requests).toHaveLength(1);

    const clock = fakeClock();
    const throttled = scriptedTransport(() => ({ status: 503, headers: { "retry-after": "11" } }));
    const patient = caldavProvider({ transport: throttled.transport, clock, random: seededRandom(1) });
    const waits: unknown[] = [];
    for (let time = 0; time < 6; time += 1) {
      const error: unknown = await patient.listCalendars(access).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "rate-limited" });
      waits.push((error as { retryAfterMs: number }).retryAfterMs);
      const sent = throttled.requests.length;
      await expect(patient.listCalendars(access)).rejects.toMatchObject({ code: "rate-limited" });
      expect(throttled.requests).toHaveLength(sent);
      await clock.advance((error as { retryAfterMs: number }).retryAfterMs);
    }
    expect(waits).toEqual([11_000, 11_000, 11_000, 11_000, 16_000, 32_000]);
  });
});
