import { Secret, type Cursor, type PulledPage, type PullRequest, type Revision } from "@kalends/model";
import { fakeClock, seededRandom } from "@kalends/testing";
import { describe, expect, test } from "vitest";
import { caldavProvider } from "../src/index.ts";
import { answerMultiget, askedHrefs, itemData, member, multistatus, notFound, resource, scriptedTransport, syncToken, withStatus, type Script } from "./scripted-transport.ts";

const access = { endpoint: { homes: "https://cal.example/h/", addresses: "" }, credential: { kind: "password" as const, username: "alice", password: new Secret("pw") } };
const collection = resource("/h/c/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>");
const marks = (ctag: string, token = ""): string => resource("/h/c/", `<s:getctag>${ctag}</s:getctag>${token === "" ? "" : syncToken(token)}`);

interface Pulled extends Omit<PulledPage, "objects"> {
  uids: string[];
  revisions: Revision[];
  pages: number;
}

/** Runs one whole pass. `stored`: revisions that the engine knows. */
function pull(script: Script, options: { cursor?: Cursor; sync?: string; stored?: Record<string, string>; thorough?: boolean; now?: string } = {}) {
  const { transport, requests } = scriptedTransport(script);
  const provider = caldavProvider({ transport, clock: fakeClock(options.now ?? "2026-03-01T00:00:00Z"), random: seededRandom(1), batchSize: 4 });
  const stored = new Map(Object.entries(options.stored ?? {}));
  const request: PullRequest = {
    calendar: { remoteKey: "/h/c/", hints: { sync: options.sync ?? "yes" } },
    cursor: options.cursor ?? null,
    pageToken: null,
    window: { from: 0, to: 1 },
    revisionsOf: async (keys) => new Map(keys.flatMap((key) => (stored.has(key) ? [[key, stored.get(key) ?? null] as const] : []))),
    memo: new Map(),
    ...(options.thorough === undefined ? {} : { thorough: options.thorough }),
  };
  const answer = (async (): Promise<Pulled> => {
    const all: Pulled = { pass: "delta", uids: [], revisions: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: null, pages: 0 };
    for (let pageToken: string | null = null; ; ) {
      const page: PulledPage = await provider.pullPage(access, { ...request, pageToken });
      all.pages += 1;
      all.pass = page.pass;
      all.uids.push(...page.objects.map((object) => object.uid));
      all.revisions.push(...page.objects.map((object) => object.revision));
      all.present.push(...page.present);
      all.removed.push(...page.removed);
      all.quarantined.push(...page.quarantined);
      all.nextCursor = page.nextCursor;
      if (page.nextPageToken === null) return all;
      pageToken = page.nextPageToken;
    }
  })();
  return { answer, requests };
}

const isSync = (text: string): boolean => text.includes("sync-collection");
const isMultiget = (text: string): boolean => text.includes("calendar-multiget");
const isMarks = (text: string): boolean => text.includes("getctag");
const isListing = (text: string): boolean => text.includes("getetag") && text.includes("propfind");

describe("sync-collection", () => {
  test("a list cut by 507 is continued to its end, with tokens as they came", async () => {
    const { answer, requests } = pull(({ text }) => {
      if (isMultiget(text)) return answerMultiget(text);
      if (text.includes(">1.10<")) return multistatus(member("/h/c/b"), withStatus("/h/c/gone", 404), syncToken(" 2&amp;0 "));
      return multistatus(member("/h/c/a"), withStatus("/h/c/", 507), syncToken("1.10"));
    });
    expect(await answer).toMatchObject({ pass: "snapshot", uids: ["a", "b"], removed: [], nextCursor: expect.stringMatching(/^sync@[^:]*: 2&0 $/) as string });
    expect(requests.every(({ text }) => !text.includes("limit"))).toBe(true);
  });

  test("a server that cuts and does not get on is left for a listing", async () => {
    const { answer } = pull(({ text }) => {
      if (isMultiget(text)) return answerMultiget(text);
      if (isSync(text)) return multistatus(member("/h/c/a"), withStatus("/h/c/", 507), syncToken("same"));
      return isMarks(text) ? multistatus(marks("7")) : multistatus(collection, member("/h/c/a"), member("/h/c/b"));
    });
    expect(await answer).toMatchObject({ pass: "snapshot", uids: ["a", "b"], nextCursor: expect.stringMatching(/^ctag:\d+:7$/) as string });
  });

  test.each([400, 403, 409, 410, 412, 500])("%s to a report with a token is cursor-expired", async (status) => {
    const { answer } = pull(({ text }) => (isMarks(text) ? multistatus(marks("1")) : { status, body: "" }), { cursor: "sync:old" });
    await expect(answer).rejects.toMatchObject({ code: "cursor-expired" });
  });

  test("a server that is down as a whole does not cost the position", async () => {
    const { answer, requests } = pull(() => ({ status: 500, body: "" }), { cursor: "sync:old" });
    await expect(answer).rejects.toMatchObject({ code: "server-error", failure: "transient" });
    expect(requests).toHaveLength(2);
  });

  test("a right that is withdrawn does not cost the position either", async () => {
    await expect(pull(() => ({ status: 403, body: "" }), { cursor: "sync:old" }).answer).rejects.toMatchObject({ code: "permission-denied" });
  });

  test("names that lead out of the calendar are set aside and never asked for", async () => {
    const foreign = ["/h/c/../d/x.ics", "/h/c/%2e%2e/d/y.ics", "/other-user/secret.ics", "https://evil.example.test/z.ics"];
    const { answer, requests } = pull(
      ({ text }) => (isMultiget(text) ? answerMultiget(text) : multistatus(...foreign.map((href) => member(href)), member("/h/c/a"), syncToken("n"))),
      { cursor: "sync:old" },
    );
    expect(await answer).toMatchObject({ uids: ["a"], removed: [] });
    expect((await answer).quarantined.map(({ code, reason }) => [code, reason])).toEqual(foreign.map(() => ["object-missing", "Its name leads out of the calendar"]));
    expect(requests.flatMap(({ text }) => (isMultiget(text) ? askedHrefs(text) : []))).toEqual(["/h/c/a"]);
    expect(requests.every(({ method }) => method !== "GET")).toBe(true);
  });

  test("an item that is listed and not handed out is looked for again: at once, then every hour", async () => {
    const hour = 3_600_000;
    const at = (now: string): { cursor: (cursor: Cursor | null) => number } => ({
      cursor: (cursor) => Date.parse(now) - Number(/^sync@(\d+),/.exec(cursor ?? "")?.[1]),
    });
    let isBack = false;
    const script: Script = ({ text, method }) => {
      if (method === "GET") return notFound;
      if (isMultiget(text)) return isBack ? answerMultiget(text) : multistatus(...askedHrefs(text).map((href) => withStatus(href, 404)));
      if (isMarks(text)) return multistatus(marks("1", "t2"));
      if (isSync(text)) return multistatus(member("/h/c/a"), syncToken("t2"));
      return multistatus(collection, member("/h/c/a"));
    };
    const first = await pull(script, { cursor: "sync:t1", now: "2026-03-01T00:00:00Z" }).answer;
    expect(first).toMatchObject({ pass: "delta", uids: [], quarantined: [{ remoteKey: "/h/c/a", code: "object-missing" }] });
    const second = await pull(script, { cursor: first.nextCursor ?? "", now: "2026-03-01T00:05:00Z" }).answer;
    expect(second).toMatchObject({ pass: "snapshot", uids: [], quarantined: [{ remoteKey: "/h/c/a" }] });
    expect(at("2026-03-01T00:05:00Z").cursor(second.nextCursor)).toBe(23 * hour);
    isBack = true;
    const third = await pull(script, { cursor: second.nextCursor ?? "", now: "2026-03-01T01:05:01Z" }).answer;
    expect(third).toMatchObject({ pass: "snapshot", uids: ["a"], quarantined: [] });
    expect(at("2026-03-01T01:05:01Z").cursor(third.nextCursor)).toBe(0);
  });

  test("a list of items under 418 is cursor-expired", async () => {
    await expect(pull(() => multistatus(withStatus("/h/c/a", 418), syncToken("t")), { cursor: "sync:old" }).answer).rejects.toMatchObject({ code: "cursor-expired" });
  });

  test.each([
    [401, "auth-failed", {}],
    [404, "calendar-gone", {}],
    [502, "server-error", {}],
    [503, "rate-limited", { retryAfterMs: 30_000 }],
    [429, "rate-limited", { retryAfterMs: 30_000 }],
  ])("%s to it is %s", async (status, code, more) => {
    const { answer } = pull(() => ({ status, headers: { "retry-after": "30" } }), { cursor: "sync:old" });
    await expect(answer).rejects.toMatchObject({ code, ...more });
  });

  test("what changed is read even at a known revision; what is forbidden is set aside", async () => {
    const { answer } = pull(
      ({ text }) => {
        if (isMultiget(text)) return answerMultiget(text);
        return multistatus(member("/h/c/a"), withStatus("/h/c/f", 403), withStatus("/h/c/sub/", 405), withStatus("/h/c/x%20y", 404), syncToken("n"));
      },
      { cursor: "sync:old", stored: { "/h/c/a": '"1"' } },
    );
    const quarantined = [{ remoteKey: "/h/c/f", code: "permission-denied" }];
    const nextCursor = expect.stringMatching(/^sync@[^:]*:n$/) as string;
    expect(await answer).toMatchObject({ pass: "delta", uids: ["a"], removed: ["/h/c/x%20y"], quarantined, nextCursor });
  });

  test("a thorough pass lists, and keeps the newer token", async () => {
    const { answer, requests } = pull(({ text }) => (isMarks(text) ? multistatus(marks("1", "t9")) : multistatus(collection, member("/h/c/a"))), {
      cursor: "sync:t8",
      thorough: true,
      stored: { "/h/c/a": '"1"' },
    });
    expect(await answer).toMatchObject({ pass: "snapshot", present: ["/h/c/a"], nextCursor: expect.stringMatching(/^sync@[^:]*:t9$/) as string });
    expect(requests.some(({ text }) => isSync(text))).toBe(false);
  });

  test("a single item whose body stops early is not taken for a broken one: it is looked for again", async () => {
    const { answer } = pull(
      ({ text, method }) => {
        if (method === "GET") return { status: 200, headers: { "content-type": "text/calendar" }, body: "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEV" };
        if (isMultiget(text)) return multistatus(...askedHrefs(text).map((href) => withStatus(href, 404)));
        return multistatus(member("/h/c/a"), syncToken("t2"));
      },
      { cursor: "sync:t1" },
    );
    expect(await answer).toMatchObject({
      quarantined: [{ remoteKey: "/h/c/a", code: "object-missing", revision: null }],
      nextCursor: expect.stringMatching(/^sync@0,/) as string,
    });
  });

  test("a position of somebody else is cursor-expired", async () => {
    await expect(pull(() => notFound, { cursor: "nonsense" }).answer).rejects.toMatchObject({ code: "cursor-expired" });
  });
});

describe("listings", () => {
  const listing = (...members: string[]): Script => ({ text }) => {
    if (isMultiget(text)) return answerMultiget(text);
    return isMarks(text) ? multistatus(marks("5")) : multistatus(collection, ...members);
  };

  test("an unmoved ctag costs one request", async () => {
    const { answer, requests } = pull(listing(), { sync: "no", cursor: "ctag:0:5" });
    expect(await answer).toMatchObject({ pass: "delta", nextCursor: "ctag:0:5" });
    expect(requests).toHaveLength(1);
  });

  test("a moved ctag asks for a listing; what stands at its revision is not read", async () => {
    const { answer } = pull(listing(member("/h/c/a"), member("/h/c/b", 'W/"2"'), member("/h/c/n", null)), {
      sync: "no",
      cursor: "ctag:0:4",
      stored: { "/h/c/a": '"1"', "/h/c/b": 'W/"2"', "/h/c/n": "" },
    });
    expect(await answer).toMatchObject({ pass: "snapshot", present: ["/h/c/a", "/h/c/b"], uids: ["n"], nextCursor: "ctag:0:5" });
  });

  test("after a week on the lower step the higher one is tried again", async () => {
    const now = Date.parse("2026-03-01T00:00:00Z");
    const recent = pull(listing(), { cursor: `ctag:${now - 1000}:5` });
    await recent.answer;
    expect(recent.requests.some(({ text }) => isSync(text))).toBe(false);
    const old = pull(({ text }) => (isSync(text) ? multistatus(syncToken("up")) : multistatus(marks("5"))), { cursor: `ctag:${now - 8 * 86_400_000}:5` });
    expect(await old.answer).toMatchObject({ pass: "snapshot", nextCursor: expect.stringMatching(/^sync@[^:]*:up$/) as string });
  });

  test("spellings, duplicates, folders and names without a suffix", async () => {
    const { answer, requests } = pull(
      listing(
        member("/h/c/a%40b"),
        member("/h/c/a@b"),
        member("https://cal.example/h/c/%c3%bc"),
        member("rel%3Aative"),
        resource("/h/c/sub/", "<d:resourcetype><d:collection/></d:resourcetype>"),
        member("/h/c/sub/deep"),
        resource("/h/c/task", "<d:resourcetype/><d:getcontenttype>text/calendar; component=vtodo</d:getcontenttype>"),
      ),
      { sync: "no" },
    );
    expect((await answer).uids.sort()).toEqual(["%c3%bc", "a@b", "rel%3Aative"].sort());
    const asked = requests.flatMap(({ text }) => (isMultiget(text) ? askedHrefs(text) : []));
    expect(asked).toContain("/h/c/%c3%bc");
  });

  test.each<[string, ReturnType<Script>, string]>([
    ["an HTML page with 200", { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } }, "not-calendar-data"],
    ["an HTML page with 207", { status: 207, body: "<html></html>", headers: { "content-type": "text/html" } }, "not-calendar-data"],
    ["XML of another kind", { status: 207, body: "<rss/>" }, "not-calendar-data"],
    ["XML that stops in the middle", { status: 207, body: multistatus(collection, member("/h/c/a")).body?.slice(0, -60) ?? "" }, "response-incomplete"],
    ["a list without the calendar itself", multistatus(member("/h/c/a")), "answer-invalid"],
    ["an inner 404 for the calendar", multistatus(withStatus("/h/c/", 404)), "calendar-gone"],
    ["a list that is cut, where queries do not help either", multistatus(collection, withStatus("/h/c/", 507)), "answer-invalid"],
    ["403", { status: 403, body: "" }, "permission-denied"],
    ["a response without an href", multistatus(collection, "<d:response/>"), "answer-invalid"],
    ["a response with an empty href", multistatus(collection, "<d:response><d:href> </d:href></d:response>"), "answer-invalid"],
    ["a member in another namespace", multistatus(collection, member("/h/c/a").replaceAll("d:response", "c:response")), "answer-invalid"],
    ["a member inside another element", multistatus(collection, `<d:page>${member("/h/c/a")}</d:page>`), "answer-invalid"],
  ])("%s is never an empty calendar", async (_, bad, code) => {
    const { answer } = pull(({ text }) => (isListing(text) && !isMarks(text) ? bad : multistatus(marks("6"))), { sync: "no", cursor: "ctag:0:5" });
    await expect(answer).rejects.toMatchObject({ code });
  });
});

describe("items", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const over = (answerItems: Script): Script => (request) => {
    if (isMultiget(request.text) || request.method === "GET") return answerItems(request);
    if (isMarks(request.text)) return multistatus(marks("5"));
    return multistatus(collection, ...names.map((name) => member(`/h/c/${name}`)));
  };
  const calendarText = itemData("/x", "b").match(/BEGIN[^\]]*/)?.[0] ?? "";

  test("one that is left out is asked for singly", async () => {
    const { answer } = pull(
      over(({ method, text }) => {
        if (method === "GET") return { status: 200, body: calendarText, headers: { "content-type": "text/calendar", etag: '"other"' } };
        return multistatus(...askedHrefs(text).filter((href) => href !== "/h/c/b").map((href) => itemData(href, href.slice(-1))));
      }),
      { sync: "no" },
    );
    const pulled = await answer;
    expect(pulled.uids.sort()).toEqual(names);
    expect(new Set(pulled.revisions)).toEqual(new Set(['"1"']));
  });

  test("one that stays missing is quarantined, never removed", async () => {
    const { answer } = pull(
      over(({ method, text }) => {
        if (method === "GET") return notFound;
        return multistatus(...askedHrefs(text).map((href) => (href === "/h/c/b" ? withStatus(href, 404) : itemData(href, href.slice(-1)))));
      }),
      { sync: "no" },
    );
    expect(await answer).toMatchObject({ removed: [], quarantined: [{ remoteKey: "/h/c/b", code: "object-missing", revision: null }] });
  });

  test("a report that fails as a whole is divided until the bad item is found", async () => {
    const badItem: Script = ({ method, text }) => (method === "GET" || askedHrefs(text).includes("/h/c/c") ? notFound : answerMultiget(text));
    const { answer, requests } = pull(over(badItem), { sync: "no" });
    expect(await answer).toMatchObject({ uids: ["a", "b", "d", "e", "f"], quarantined: [{ remoteKey: "/h/c/c", code: "object-missing" }] });
    expect(requests.length).toBeLessThan(20);
  });

  test("a calendar that goes away between the list and the reading is gone; its items are not set aside one by one", async () => {
    let listed = false;
    const script: Script = ({ method, text }) => {
      if (isListing(text)) {
        listed = true;
        return multistatus(collection, ...["a", "b", "c"].map((name) => member(`/h/c/${name}`)));
      }
      return !listed && method === "PROPFIND" ? multistatus(marks("1")) : notFound;
    };
    const { answer, requests } = pull(script, { sync: "no" });
    await expect(answer).rejects.toMatchObject({ code: "calendar-gone" });
    expect(requests.filter(({ method }) => method === "GET")).toEqual([]);
  });

  test("a server that hands out nothing has a fault itself", async () => {
    await expect(pull(over(() => ({ status: 500 })), { sync: "no" }).answer).rejects.toMatchObject({ code: "server-error" });
  });

  test.each<[string, ReturnType<Script>, string]>([
    ["a page that says so (Zoho)", { status: 200, body: "<html>No such event</html>", headers: { "content-type": "text/html" } }, "object-missing"],
    ["a way to another site that wants a login of its own", { status: 401, url: "https://elsewhere.example/x" }, "object-missing"],
  ])("one item of many that is answered with %s fails that item alone", async (_, answer, code) => {
    const script: Script = ({ method, text }) => (method === "GET" ? answer : multistatus(...askedHrefs(text).filter((href) => href !== "/h/c/c").map((href) => itemData(href, href.slice(-1)))));
    expect(await pull(over(script), { sync: "no" }).answer).toMatchObject({ uids: ["a", "b", "d", "e", "f"], removed: [], quarantined: [{ remoteKey: "/h/c/c", code, revision: null }] });
  });

  test("a login page in place of items is believed by nobody", async () => {
    const page = { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } };
    await expect(pull(over(({ method }) => (method === "GET" ? page : multistatus())), { sync: "no" }).answer).rejects.toMatchObject({ code: "not-calendar-data" });
  });

  test("a name that leads out of the calendar is never asked for", async () => {
    const { answer, requests } = pull(({ text }) => (isSync(text) ? multistatus(member("/h/c/%2e%2e/%2e%2e/other"), member("/h/c/.."), syncToken("t")) : answerMultiget(text)));
    expect((await answer).uids).toEqual([]);
    expect(requests.some((request) => request.method === "GET" || isMultiget(request.text))).toBe(false);
  });
});
