import { expect } from "vitest";
import type { Application, Authorization, BusySpan, KeptDetail, NewApplicationRecord, RulesUpdate } from "@kalends/model";
import { batch, changeOf, codeOf, storedObject, syncJob, type StoreCase, type StoreWorld } from "./store-world.ts";

const everything: KeptDetail = { window: { from: 0, to: 1e12 }, titles: true, content: true, descriptions: true, privateEvents: true };

const authorization: Authorization = {
  organizationId: "org-a", id: "aut-1", applicationId: "app-1", accountId: "account-1", scopes: ["read_events"], detail: "full", noDescriptions: false,
  privateEvents: false, raisedCalendarIds: [], excludedCalendarIds: [], state: "active", createdAt: 5, endedAt: null, endReason: null,
};

function update(expected: number, over: Partial<RulesUpdate["accounts"][number]> = {}, whole: Partial<RulesUpdate> = {}): RulesUpdate {
  const account = { accountId: "account-1", expected, keep: null, empty: [], reread: false, jobs: [], ...over };
  return { application: null, authorizations: [], accounts: [account], forget: [], records: [], audit: [], now: 900, ...whole };
}

const texts = (name: string): Partial<ReturnType<typeof storedObject>> => {
  const bytes = (column: string): Uint8Array => new TextEncoder().encode(`${name} ${column}`);
  const digest = ["t", "n", "c", "d"].map((part) => part.repeat(16)).join("");
  return { digest, title: bytes("title"), content: bytes("content"), description: bytes("description") };
};

async function filled(world: StoreWorld) {
  const org = await world.populate("org-a", ["calendar-1", "calendar-2"]);
  const at = await world.startPass();
  const puts = [storedObject("open", texts("open")), storedObject("secret", { ...texts("secret"), private: true }), storedObject("far", { ...texts("far"), first: 90_000, last: 91_000 })];
  const busySpans: BusySpan[] = [{ kind: "busy", from: 10_000, to: 20_000 }, { kind: "busy", from: 90_000, to: 91_000 }];
  await org.sync.applyBatch(
    batch(at, { puts, changes: puts.map((put) => changeOf(put)), busySpans, completed: { pass: "snapshot", cursor: "c", storedWindow: { from: 0, to: 100_000 }, hints: null } }),
  );
  return { org, at };
}

const generations: StoreCase = {
  title: "rules are changed against the generation they were planned on, or not at all",
  async run(world) {
    const { org } = await filled(world);
    expect(await org.directory.readRules("nobody")).toBeNull();
    const before = await org.directory.readRules("account-1");
    expect(before).toMatchObject({ generation: 0, authorizations: [] });
    await org.directory.applyRules(update(0, {}, { authorizations: [authorization] }));
    const dump = await world.opened.dump?.();
    expect(await codeOf(org.directory.applyRules(update(0, { keep: { ...everything, titles: false } }, { authorizations: [{ ...authorization, detail: "busy" }] })))).toBe("revision-conflict");
    expect(await world.opened.dump?.()).toEqual(dump);
    await world.turn();
    expect(await world.org().directory.readRules("account-1")).toMatchObject({ generation: 1, authorizations: [authorization] });
    expect(await world.org().directory.findAuthorization("aut-1")).toEqual(authorization);
  },
};

const purging: StoreCase = {
  title: "what may not be kept goes with the change: texts, private texts, what lies outside the window",
  async run(world) {
    const { org } = await filled(world);
    await org.directory.applyRules(update(0, { keep: { ...everything, descriptions: false, privateEvents: false, window: { from: 15_000, to: 50_000 } } }));
    await world.turn();
    const { reader, feed } = world.org();
    const rows = await reader.objects("calendar-1", null, null, 10);
    const dashes = "-".repeat(16);
    expect(rows.map(({ remoteKey, outside, title, content, description, digest, timing }) => [remoteKey, outside, title !== null, content !== null, description !== null, digest, timing])).toEqual([
      ["far", true, false, false, false, "outside", '{"events":[]}'],
      ["open", false, true, true, false, `${"t".repeat(16)}${"n".repeat(16)}${"c".repeat(16)}${dashes}`, '{"events":[{"at":"open"}]}'],
      ["secret", false, false, false, false, `${"t".repeat(16)}${dashes}${dashes}${dashes}`, '{"events":[{"at":"secret"}]}'],
    ]);
    expect((await reader.busySpans(["calendar-1"], { from: 0, to: 1e12 })).get("calendar-1")).toEqual([{ kind: "busy", from: 15_000, to: 20_000 }]);
    expect((await reader.syncStates(["calendar-1"], 0)).get("calendar-1")?.storedWindow).toEqual({ from: 15_000, to: 50_000 });
    expect((await feed.read(3, 10)).map(({ kind, remoteKey }) => [kind, remoteKey])).toEqual([["object-removed", "far"]]);
  },
};

const ending: StoreCase = {
  title: "running syncs end, calendars nobody needs are emptied, and a wider rule asks for all rows again",
  async run(world) {
    const { org, at } = await filled(world);
    await org.directory.applyRules(update(0, { empty: ["calendar-2"], reread: true, jobs: [syncJob(7)] }));
    expect(await codeOf(org.sync.applyBatch(batch(at, { puts: [storedObject("late")] })))).toBe("claim-lost");
    await world.turn();
    const { sync, jobs } = world.org();
    expect(await jobs.dueAt("sync-calendar", "calendar-1")).toBe(7);
    const all = { from: 0, to: 1e12 };
    expect([...(await sync.revisionsOf("calendar-1", ["open", "far"], all)).keys()]).toEqual([]);
    const claim = await sync.claim("calendar-1", "w2", 2_000, 1_000);
    if (claim === null) throw new Error("the claim of the ended sync still stands");
    expect(claim.rulesBehind).toBe(true);
    const next = { claim, pass: await sync.beginPass("calendar-1", claim.token, { forgetCursor: false }) };
    await sync.applyBatch(batch(next, { puts: [storedObject("open")] }));
    // An interrupted reading keeps what it has read.
    expect([...(await sync.revisionsOf("calendar-1", ["open", "far"], all)).keys()]).toEqual(["open"]);
    await sync.applyBatch(batch(next, { completed: { pass: "snapshot", cursor: "c2", storedWindow: all, hints: null } }));
    await sync.release("calendar-1", claim.token, { ok: true, errorCode: null, nextTry: null }, 2_500);
    expect((await sync.claim("calendar-1", "w2", 3_000, 1_000))?.rulesBehind).toBe(false);
    expect([...(await sync.revisionsOf("calendar-1", ["far"], all)).keys()]).toEqual(["far"]);
  },
};

const masking: StoreCase = {
  title: "columns beyond the reach are not read",
  async run(world) {
    const { org } = await filled(world);
    const read = async (reach: { titles: boolean; content: boolean; descriptions: boolean; privateEvents: boolean }) =>
      (await org.reader.objects("calendar-1", null, null, 10, reach)).map((one) => [one.remoteKey, one.title, one.content, one.description].map((value) => (value === null ? "-" : typeof value === "string" ? value : "x")).join(" "));
    expect(await read({ titles: true, content: false, descriptions: false, privateEvents: false })).toEqual(["far x - -", "open x - -", "secret - - -"]);
    expect(await read({ titles: true, content: true, descriptions: false, privateEvents: true })).toEqual(["far x x -", "open x x -", "secret x x -"]);
    expect(await read({ titles: false, content: false, descriptions: false, privateEvents: true })).toEqual(["far - - -", "open - - -", "secret - - -"]);
  },
};

const record = (applicationId: string, kind: NewApplicationRecord["kind"], uid: string | null = null): NewApplicationRecord =>
  ({ applicationId, kind, accountId: "account-1", calendarId: null, uid });

const feeds: StoreCase = {
  title: "each application has its own numbers; busy times are compared inside the transaction",
  async run(world) {
    const { org, at } = await filled(world);
    const second: Application = { organizationId: "org-a", id: "app-2", name: "Two", window: { daysBack: 1, daysAhead: 1 }, scopes: [], feed: true, createdAt: 1 };
    await org.directory.applyRules(update(0, {}, { application: second, accounts: [], records: [record("app-2", "authorization-changed")] }));
    const told: unknown[] = [];
    const busyMoved = (before: ReadonlyMap<string, readonly BusySpan[]>, after: ReadonlyMap<string, readonly BusySpan[]>): NewApplicationRecord[] => {
      told.push(before.get("calendar-1")?.length, after.get("calendar-1")?.length);
      return [record("app-1", "busy-changed")];
    };
    const audience = { accountId: "account-1", records: [record("app-1", "event-created", "u"), record("app-2", "event-created", "u")], busyMoved };
    await org.sync.applyBatch(batch(at, { audience }));
    await org.sync.applyBatch(batch(at, { audience: { ...audience, records: [] }, busySpans: [] }));
    await org.sync.replaceSpans("calendar-1", at.claim.token, [{ kind: "busy", from: 1, to: 2 }], { from: 0, to: 9 }, { audience: { ...audience, records: [] }, now: 4 });
    expect(told).toEqual([2, 0, undefined, 1]);
    await world.turn();
    const { applicationFeed, directory } = world.org();
    const read = async (id: string): Promise<string[]> => (await applicationFeed.read(id, 0, 10)).map(({ sequence, kind }) => `${sequence} ${kind}`);
    expect([await read("app-1"), await read("app-2")]).toEqual([["1 event-created", "2 busy-changed", "3 busy-changed"], ["1 authorization-changed", "2 event-created"]]);
    await directory.applyRules(update(0, {}, { forget: [{ applicationId: "app-1", accountId: "account-1" }], records: [record("app-1", "authorization-ended")] }));
    expect([await read("app-1"), await applicationFeed.head("app-1"), await applicationFeed.head("app-2"), await applicationFeed.head("nobody")]).toEqual([["4 authorization-ended"], 4, 2, 0]);
    expect(await applicationFeed.read("app-2", 1, 1)).toEqual([{ sequence: 2, kind: "event-created", accountId: "account-1", calendarId: null, uid: "u", at: 2_000 }]);
  },
};

const connectionTold: StoreCase = {
  title: "applications with a feed and an active authorization hear of a connection's state",
  async run(world) {
    const { org } = await filled(world);
    const application = await org.directory.findApplication("app-1");
    if (application === null) throw new Error("populate makes app-1");
    await org.directory.applyRules(update(0, {}, { application: { ...application, feed: true }, authorizations: [authorization] }));
    await org.directory.setConnectionState("connection-1", "needs-reauth", "grant-revoked", 50);
    await org.directory.applyRules(update(1, {}, { authorizations: [{ ...authorization, state: "ended", endedAt: 51, endReason: "x" }] }));
    await org.directory.setConnectionState("connection-1", "connected", null, 52);
    await world.turn();
    expect((await world.org().applicationFeed.read("app-1", 0, 10)).map(({ kind, at }) => [kind, at])).toEqual([["account-changed", 50]]);
  },
};

const atomic: StoreCase = {
  title: "a change of rules that fails at any of its statements wrote nothing",
  async run(world) {
    const { org } = await filled(world);
    const whole = update(0, { keep: { ...everything, titles: false, window: { from: 15_000, to: 50_000 } }, empty: ["calendar-2"], reread: true, jobs: [syncJob(7)] }, {
      authorizations: [authorization], forget: [authorization], records: [record("app-1", "authorization-changed")],
      audit: [{ action: "authorize", actor: "host", subject: "aut-1", detail: "narrower" }],
    });
    const before = await world.opened.dump?.();
    let statement = 1;
    while ((await world.failingAt(statement, () => org.directory.applyRules(whole))) !== null) {
      expect(await world.opened.dump?.()).toEqual(before);
      statement += 1;
    }
    expect(statement).toBeGreaterThan(15);
    expect((await org.directory.readRules("account-1"))?.generation).toBe(1);
  },
};

/** Who may see what, and what becomes of the rest. */
export const rulesCases: readonly StoreCase[] = [generations, purging, ending, masking, feeds, connectionTold, atomic];
