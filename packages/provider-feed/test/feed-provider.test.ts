import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret, type CalendarProvider, type Credential, type Cursor, type PulledPage, type Revision, type Transport } from "@kalends/model";
import { fakeClock } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { feedProvider, readFeedAddress } from "../src/index.ts";
import { feedText, startFeedServer, type FeedServer } from "./feed-server.ts";

const clock = fakeClock("2026-03-01T00:00:00Z");
let server: FeedServer;
let transport: Transport;
let provider: CalendarProvider;
let credential: Credential;

beforeEach(async () => {
  server = await startFeedServer();
  transport = createTransport({ clock, allowHosts: [server.host] });
  provider = feedProvider({ transport, clock, maxBytes: 512 * 1024 });
  credential = { kind: "password", username: "feed", password: new Secret(`http://${server.host}/private-t0ken/basic.ics?key=s3cret`) };
});
afterEach(async () => {
  await transport.close();
  await server.close();
});

/** What the engine keeps, as far as a feed needs it. */
class Mirror {
  cursor: Cursor | null = null;
  stored = new Map<string, { revision: Revision; titles: (string | undefined)[] }>();
  quarantined: string[] = [];

  async pull(thorough = false): Promise<{ pass: string; read: string[]; present: number; pages: number; hints: PulledPage["hints"] }> {
    const memo = new Map<string, unknown>();
    const read: string[] = [];
    const seen = new Set<string>();
    let present = 0;
    for (let pageToken: string | null = null, pages = 1; ; pages += 1) {
      const page: PulledPage = await provider.pullPage(
        { endpoint: {}, credential },
        {
          calendar: { remoteKey: "feed", hints: {} },
          ...{ cursor: this.cursor, pageToken, window: { from: 0, to: 1 }, memo, thorough },
          revisionsOf: (keys) => Promise.resolve(new Map([...this.stored].filter(([key]) => keys.includes(key)).map(([key, { revision }]) => [key, revision]))),
        },
      );
      for (const object of page.objects) {
        this.stored.set(object.remoteKey, { revision: object.revision, titles: object.events.map(({ content }) => content?.title) });
        read.push(object.uid);
        seen.add(object.remoteKey);
      }
      for (const key of page.present) seen.add(key);
      present += page.present.length;
      this.quarantined = page.quarantined.map(({ remoteKey, code }) => `${remoteKey} ${code}`);
      pageToken = page.nextPageToken;
      if (pageToken !== null) continue;
      if (page.pass === "snapshot") for (const key of this.stored.keys()) if (!seen.has(key)) this.stored.delete(key);
      this.cursor = page.nextCursor;
      return { pass: page.pass, read, present, pages, hints: page.hints };
    }
  }

  get keys(): string[] {
    return [...this.stored.keys()].sort();
  }
}

const serve = (body: string, headers: Record<string, string> = {}): void => {
  server.answer = ({ headers: asked }) => {
    const isKnown = (headers["etag"] !== undefined && asked["if-none-match"] === headers["etag"]) || (headers["last-modified"] !== undefined && asked["if-modified-since"] === headers["last-modified"]);
    return isKnown ? { status: 304, headers } : { body, headers };
  };
};

describe("addresses", () => {
  test("webcal is https; a login inside becomes a header; nothing secret is shown", () => {
    const address = readFeedAddress(" webcal://ada:p%40ss@example.test/t0ken.ics?k=1#x ");
    expect(address.url.reveal()).toBe("https://example.test/t0ken.ics?k=1");
    expect(address.authorization?.reveal()).toBe(`Basic ${btoa("ada:p@ss")}`);
    expect(JSON.stringify(address)).toBe('{"url":"[secret]","authorization":"[secret]","origin":"https://example.test","host":"example.test"}');
  });

  test.each(["", "example.test", "ftp://example.test/a.ics", "file:///etc/passwd", "https://", "javascript:alert(1)"])("%s is refused", (text) => {
    expect(() => readFeedAddress(text)).toThrow(expect.objectContaining({ code: "invalid-argument" }) as Error);
  });
});

describe("connect", () => {
  test("a feed is one read-only calendar with its own name; only the origin is kept in plain", async () => {
    serve(feedText([["a", "A"]], ["X-WR-CALNAME:Team\\, all of it", "X-WR-TIMEZONE:Europe/Vienna", "COLOR:teal", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]));
    const login = await provider.connect?.({ address: `http://${server.host}`, credential });
    expect(login).toMatchObject({
      label: server.host,
      endpoint: { origin: `http://${server.host}` },
      calendars: [{ remoteKey: "feed", name: "Team, all of it", color: "teal", timeZone: "Europe/Vienna", readOnly: true, hints: { refreshMs: String(6 * 3_600_000) } }],
    });
    expect(JSON.stringify(login)).not.toMatch(/t0ken|s3cret/);
    expect(await provider.listCalendars({ endpoint: login?.endpoint ?? {}, credential })).toEqual(login?.calendars);
    const other = { ...credential, password: new Secret(`http://${server.host}/other.ics`) } as Credential;
    expect((await provider.connect?.({ address: "", credential: other }))?.remoteIdentity).not.toBe(login?.remoteIdentity);
  });

  test("without a name the host stands in; refresh intervals are kept within 15 minutes and a week", async () => {
    const refreshMs = async (line: string): Promise<string | undefined> => {
      serve(feedText([], [line]));
      const [calendar] = await provider.listCalendars({ endpoint: {}, credential });
      expect(calendar?.name).toBe(server.host);
      return calendar?.hints["refreshMs"];
    };
    expect(await refreshMs("X-PUBLISHED-TTL:PT1M")).toBe("900000");
    expect(await refreshMs("X-PUBLISHED-TTL:P1D")).toBe("86400000");
    expect(await refreshMs("REFRESH-INTERVAL:P52W")).toBe(String(7 * 86_400_000));
    expect(await refreshMs("X-PUBLISHED-TTL:soon")).toBeUndefined();
  });

  test.each([
    [404, "not-calendar-data"],
    [410, "not-calendar-data"],
    [403, "auth-failed"],
    [401, "auth-failed"],
    [500, "server-error"],
    [429, "rate-limited"],
    [418, "answer-invalid"],
  ])("%s is %s, and no message holds the address", async (status, code) => {
    server.answer = () => ({ status, headers: { "retry-after": "30" } });
    const failure = await provider.connect?.({ address: "", credential }).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toMatch(/t0ken|s3cret/);
  });

  test("only the head of a large feed is downloaded for its name", async () => {
    serve(feedText(Array.from({ length: 4_000 }, (_, index) => [`uid-${index}`, "x".repeat(60)]), ["X-WR-CALNAME:Large"]));
    expect((await provider.listCalendars({ endpoint: {}, credential }))[0]?.name).toBe("Large");
  });
});

describe("passes", () => {
  test("a first snapshot, then 304 without a body, then only what changed", async () => {
    const mirror = new Mirror();
    serve(feedText([["a", "A"], ["b", "B"], ["c", "C"]]), { etag: '"1"', "last-modified": "Sun, 01 Mar 2026 00:00:00 GMT" });
    expect(await mirror.pull()).toMatchObject({ pass: "snapshot", read: ["a", "b", "c"], present: 0 });
    expect(await mirror.pull()).toMatchObject({ pass: "delta", read: [], present: 0 });
    expect(server.asked.at(-1)).toMatchObject({ etag: '"1"', since: "Sun, 01 Mar 2026 00:00:00 GMT" });
    serve(feedText([["a", "A"], ["b", "Changed"], ["d", "D"]]), { etag: 'W/"2"' });
    expect(await mirror.pull()).toMatchObject({ pass: "snapshot", read: ["b", "d"], present: 1 });
    expect(mirror.keys).toEqual(["a", "b", "d"]);
    expect(await mirror.pull()).toMatchObject({ pass: "delta" });
    expect(server.asked.at(-1)).toMatchObject({ etag: 'W/"2"', since: undefined });
  });

  test("a feed without validators that only renews its stamps is unchanged", async () => {
    const mirror = new Mirror();
    serve(feedText([["a", "A"]], [], "20260101T000000Z"));
    await mirror.pull();
    serve(feedText([["a", "A"]], ["X-GENERATED:today"], "20260301T121212Z"));
    expect(await mirror.pull()).toMatchObject({ pass: "delta", read: [] });
  });

  test("a thorough pass, and one without a position, ask without validators", async () => {
    const mirror = new Mirror();
    serve(feedText([["a", "A"]]), { etag: '"1"' });
    await mirror.pull();
    expect(await mirror.pull(true)).toMatchObject({ pass: "snapshot", read: [], present: 1 });
    mirror.cursor = "nonsense";
    expect(await mirror.pull()).toMatchObject({ pass: "snapshot", read: [], present: 1 });
    expect(server.asked.slice(1).every(({ etag }) => etag === undefined)).toBe(true);
  });

  test("large feeds come in pages", async () => {
    const mirror = new Mirror();
    serve(feedText(Array.from({ length: 1_201 }, (_, index) => [`uid-${index}`, `Title ${index}`])));
    expect(await mirror.pull()).toMatchObject({ pass: "snapshot", pages: 3, present: 0 });
    expect(mirror.keys).toHaveLength(1_201);
  });

  test("the publisher's interval comes as a hint", async () => {
    serve(feedText([["a", "A"]], ["X-PUBLISHED-TTL:PT2H"]));
    expect((await new Mirror().pull()).hints).toEqual({ refreshMs: "7200000" });
  });

  test.each<[string, () => void, string]>([
    ["no END:VCALENDAR", () => serve(feedText([["a", "A"]]).replace("END:VCALENDAR\r\n", "")), "response-incomplete"],
    ["cut inside an event", () => serve(feedText([["a", "A"], ["b", "B"]]).slice(0, 300)), "response-incomplete"],
    ["cut by the connection", () => (server.answer = () => ({ body: feedText([["a", "A"]]), announced: 9_000 })), "response-incomplete"],
    ["an HTML page", () => serve("<!DOCTYPE html><html><body>BEGIN:VCALENDAR</body></html>"), "not-calendar-data"],
    ["an empty body", () => serve(""), "not-calendar-data"],
    ["JSON", () => serve('{"items":[]}'), "not-calendar-data"],
    ["more bytes than the limit", () => serve(feedText([["a", "x".repeat(600_000)]])), "response-too-large"],
    ["only broken events", () => serve(feedText([["a", "A"]]).replace("DTSTART:20260310T090000Z", "DTSTART:nonsense")), "answer-invalid"],
    ["404", () => (server.answer = () => ({ status: 404 })), "calendar-gone"],
    ["410", () => (server.answer = () => ({ status: 410 })), "calendar-gone"],
    ["a 304 that nobody asked for", () => (server.answer = () => ({ status: 304 })), "answer-invalid"],
    ["a redirect to an inner address", () => (server.answer = () => ({ status: 302, headers: { location: "http://169.254.169.254/x.ics" } })), "address-refused"],
  ])("%s is a typed error", async (_what, arrange, code) => {
    const mirror = new Mirror();
    serve(feedText([["a", "A"], ["b", "B"]]));
    await mirror.pull();
    const { cursor } = mirror;
    arrange();
    await expect(mirror.pull()).rejects.toMatchObject({ code });
    expect([mirror.keys, mirror.cursor]).toEqual([["a", "b"], cursor]);
  });

  test("the login inside an address stays on its site", async () => {
    credential = { kind: "password", username: "feed", password: new Secret(`http://ada:pw@${server.host}/x.ics`) };
    serve(feedText([["a", "A"]]));
    await new Mirror().pull();
    expect(server.asked.at(-1)).toMatchObject({ path: "/x.ics", authorization: `Basic ${btoa("ada:pw")}` });
  });
});

describe("items", () => {
  test("several calendars, METHOD, a byte order mark and no final line end", async () => {
    const mirror = new Mirror();
    serve(`\uFEFF${feedText([["a", "A"]], ["METHOD:PUBLISH"])}${feedText([["b", "B"]])}`.trimEnd());
    expect(await mirror.pull()).toMatchObject({ read: ["a", "b"] });
  });

  test("of a UID stated twice the newest counts; overrides stay", async () => {
    const mirror = new Mirror();
    serve(
      feedText([
        ["a", "New", "SEQUENCE:3"],
        ["a", "Old", "SEQUENCE:2"],
        ["b", "Master", "RRULE:FREQ=DAILY;COUNT=3"],
        ["b", "Override", "RECURRENCE-ID:20260311T090000Z"],
        ["c", "First"],
        ["c", "Last"],
      ]),
    );
    await mirror.pull();
    expect([...mirror.stored].map(([key, { titles }]) => [key, titles])).toEqual([
      ["a", ["New"]],
      ["b", ["Master", "Override"]],
      ["c", ["Last"]],
    ]);
  });

  test("one broken event is set aside, the others are read", async () => {
    const mirror = new Mirror();
    serve(feedText([["a", "A"], ["b", "B"]]).replace("UID:b\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260310T090000Z", "UID:b\r\nDTSTART:nonsense"));
    await mirror.pull();
    expect([mirror.keys, mirror.quarantined]).toEqual([["a"], ["b object-invalid"]]);
  });

  test("odd UIDs become safe keys that never meet", async () => {
    const mirror = new Mirror();
    const uids = ["/../x", "ü", "a b", "sha256-x", "__proto__", "x".repeat(1_000), "040000008200E00074C5B7101A82E008"];
    serve(feedText(uids.map((uid) => [uid, "Odd"])));
    await mirror.pull();
    expect(new Set(mirror.keys).size).toBe(uids.length);
    for (const key of mirror.keys) expect(key).toMatch(/^[\w.@-]{1,200}$/);
  });

  test("an empty calendar is an empty snapshot", async () => {
    serve(feedText([]));
    expect(await new Mirror().pull()).toMatchObject({ pass: "snapshot", read: [], pages: 1 });
  });
});
