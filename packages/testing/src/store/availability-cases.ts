import { expect } from "vitest";
import type { BusyKind, BusySpan, TimeRange } from "@kalends/model";
import { batch, codeOf, leaseMs, noListChange, type StoreCase, type StoreWorld } from "./store-world.ts";

const availability: StoreCase = {
  title: "a free-busy question learns of many accounts and calendars at once: how well known, and what each authorization excludes",
  async run(world) {
    const org = await world.populate("org-a", ["calendar-2", "calendar-1", "calendar-3"]);
    const at = await world.startPass();
    const completed = { pass: "snapshot" as const, cursor: null, storedWindow: { from: 5, to: 50 }, hints: null };
    const last = { kind: "tentative" as const, from: 38, to: 60 };
    const touching = [{ kind: "busy" as const, from: 10, to: 21 }, { kind: "out-of-office" as const, from: 25, to: 30 }, last];
    const beside = [{ kind: "busy" as const, from: 1, to: 10 }, { kind: "busy" as const, from: 70, to: 80 }];
    await org.sync.applyBatch(batch(at, { completed, now: 2_000, busySpans: [...touching, ...beside] }));
    await org.directory.applyCalendarList({ ...noListChange, removed: ["calendar-3"] });
    const granted = {
      organizationId: "org-a", applicationId: "app-1", accountId: "account-1", scopes: ["read_free_busy" as const], detail: "busy" as const, noDescriptions: true,
      privateEvents: false, raisedCalendarIds: [], state: "active" as const, createdAt: 6, endedAt: null, endReason: null,
    };
    await org.directory.putAuthorization({ ...granted, id: "aut-1", excludedCalendarIds: ["calendar-2"] });
    await org.directory.putAuthorization({ ...granted, id: "aut-2", excludedCalendarIds: [], state: "ended" });
    await world.turn();
    const { reader } = world.org();
    const never = { accountId: "account-1", lastSuccess: null, errorCode: null, storedWindow: null, spans: [] };
    const range = { from: 20, to: 40 };
    const read = await reader.availability(["account-1", "nobody"], ["calendar-1", "calendar-3", "x"], range);
    expect([...read.accounts]).toEqual(["account-1"]);
    expect([...read.calendars.values()]).toEqual([
      { calendarId: "calendar-1", accountId: "account-1", lastSuccess: 2_000, errorCode: null, storedWindow: { from: 5, to: 50 }, spans: touching },
      { calendarId: "calendar-2", ...never },
    ]);
    expect(read.exclusions).toEqual([{ accountId: "account-1", calendarIds: ["calendar-2"] }]);
    const byName = await reader.availability([], ["calendar-2", "calendar-1"], { from: 40, to: 41 });
    expect([...byName.calendars.values()].map(({ calendarId, spans }) => [calendarId, spans])).toEqual([["calendar-1", [last]], ["calendar-2", []]]);
    expect(byName.exclusions).toEqual([{ accountId: "account-1", calendarIds: ["calendar-2"] }]);
    // The same rights, for a sync of one of them.
    const { directory } = world.org();
    const around = await directory.findSurroundings("calendar-2");
    expect(around?.authorizations.map(({ id }) => id)).toEqual(["aut-1", "aut-2"]);
    expect(around?.applications.map(({ id }) => id)).toEqual(["app-1"]);
    expect([around?.calendar, around?.connection, around?.accountTimeZone]).toEqual(
      [await directory.findCalendar("calendar-2"), await directory.findConnection("connection-1"), "Europe/Berlin"],
    );
    expect((await directory.findSurroundings("calendar-3"))?.calendar.removedAt).not.toBeNull();
    expect(await directory.findSurroundings("x")).toBeNull();
    expect((await directory.listAuthorizations(["account-1", "nobody"])).map(({ id }) => id)).toEqual(["aut-1", "aut-2"]);
    expect(await directory.listAuthorizations([])).toEqual([]);
    expect(await reader.availability([], [], range)).toEqual({ accounts: new Set(), calendars: new Map(), exclusions: [] });
  },
};

const kinds: readonly BusyKind[] = ["busy", "tentative", "out-of-office", "working-elsewhere", "unknown"];

/** Numbers from 0 up to `below`, the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

/** Spans as they are stored: those of one kind apart and in order, of very different lengths; those of several kinds over each other. */
function randomSpans(seed: number): BusySpan[] {
  const next = numbers(seed);
  return kinds.slice(0, 1 + next(kinds.length)).flatMap((kind) => {
    const spans: BusySpan[] = [];
    for (let at = next(200); at < 2_000; ) {
      const to = at + 1 + (next(8) === 0 ? next(900) : next(20));
      spans.push({ kind, from: at, to });
      at = to + 1 + next(150);
    }
    return spans;
  });
}

const ordered = (spans: readonly BusySpan[]): string[] => spans.map(({ kind, from, to }) => `${from} ${to} ${kind}`).sort();

async function expectTouching(world: StoreWorld, stored: readonly BusySpan[], ranges: readonly TimeRange[]): Promise<void> {
  for (const range of ranges) {
    const touching = ordered(stored.filter(({ from, to }) => to > range.from && from < range.to));
    const ofAccount = await world.org().reader.availability(["account-1"], [], range);
    const named = await world.org().reader.availability([], ["calendar-1"], range);
    for (const found of [ofAccount, named]) expect(ordered(found.calendars.get("calendar-1")?.spans ?? []), JSON.stringify(range)).toEqual(touching);
  }
}

const ranges: readonly TimeRange[] = [0, 7, 199, 640, 1_500, 2_500].flatMap((from) => [1, 40, 700].map((length) => ({ from, to: from + length })));

const touchingSpans: StoreCase = {
  title: "a free-busy question gets exactly the spans that touch its range, however long they are and whoever claimed the calendar since",
  async run(world) {
    await world.populate();
    for (const seed of [1, 2, 3]) {
      const at = await world.startPass(seed * leaseMs * 3);
      const batched = randomSpans(seed);
      await world.org().sync.applyBatch(batch(at, { busySpans: batched }));
      await world.turn();
      await expectTouching(world, batched, ranges);
      await world.org().sync.release("calendar-1", at.claim.token, null, 5_000);
      // A run that writes no spans.
      const again = await world.startPass(seed * leaseMs * 3 + leaseMs);
      await expectTouching(world, batched, ranges);
      const replaced = randomSpans(seed + 10);
      await world.org().sync.replaceSpans("calendar-1", again.claim.token, replaced, { from: 0, to: 3_000 });
      await world.turn();
      await expectTouching(world, replaced, ranges);
    }
  },
};

const spansOfBefore: StoreCase = {
  title: "spans that a worker of the version before wrote are found, also where they are longer than all that were known",
  async run(world, context) {
    const { execute } = world.opened;
    if (execute === undefined) return context.skip("not applicable: this store gives the suite no way past its ports");
    const { sync } = await world.populate();
    const at = await world.startPass();
    const short = { kind: "busy" as const, from: 100, to: 101 };
    await sync.applyBatch(batch(at, { busySpans: [short] }));
    await sync.release("calendar-1", at.claim.token, null, 5_000);
    const long = { kind: "out-of-office" as const, from: 150, to: 1_900 };
    await execute("update sync_state set token = token + 1, holder = null, lease_until = 0");
    await execute(`insert into busy_span (organization, calendar_id, to_ms, from_ms, kind) values ('org-a', 'calendar-1', ${long.to}, ${long.from}, '${long.kind}')`);
    await world.turn();
    await expectTouching(world, [short, long], ranges);
    // This version's claim does not make it believe what the other one left behind.
    const after = await world.startPass(10 * leaseMs);
    await expectTouching(world, [short, long], ranges);
    expect(await codeOf(world.org().sync.renew("calendar-1", at.claim.token, 0, 1))).toBe("claim-lost");
    await world.org().sync.applyBatch(batch(after, { busySpans: [long] }));
    await expectTouching(world, [long], ranges);
  },
};

/** What free-busy questions are answered from. */
export const availabilityCases: readonly StoreCase[] = [availability, touchingSpans, spansOfBefore];
