import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deriveBusySpans, sealingStore } from "@kalends/core";
import { openSqliteStore } from "@kalends/store-sqlite";
import { createVault, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { createKalends, systemRandom as random } from "kalends";
import { ratioGoal, times, type Goal } from "../measure/goal.ts";
import { median, quantile } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";
import { calendarParts } from "./calendar-times.ts";
import { today, window } from "./rule-cases.ts";

const dayMs = 86_400_000;
const key = Buffer.alloc(32, 7).toString("base64url");
const calendars = 200;
const clock = {
  now: (): number => today * 1000,
  setTimer: (): (() => void) => () => undefined,
  sleep: (): Promise<void> => Promise.resolve(),
};

/** 200 calendars x 14 days from stored spans, beside the plain SQL read of the same rows by the bare driver. */
export async function measureStoredSpans(): Promise<Goal[]> {
  const folder = mkdtempSync(join(tmpdir(), "kalends-bench-"));
  try {
    const path = join(folder, "spans.db");
    const { organizationId, ids } = await fill(path);
    const kalends = await createKalends({ database: path, key, clock });
    const store = await openSqliteStore({ path, clock });
    const bare = new DatabaseSync(path);
    const range = { from: today * 1000, to: today * 1000 + 14 * dayMs };
    const [from, to] = [new Date(range.from).toISOString(), new Date(range.to).toISOString()];
    const read = bare.prepare(
      `select calendar_id, kind, from_ms, to_ms from busy_span where organization = ? and calendar_id in (select value from json_each(?))
       and to_ms > ? and from_ms < ? order by calendar_id, from_ms, to_ms, kind`,
    );
    const list = JSON.stringify(ids);
    const { reader } = store.organization(organizationId);
    let rows = 0;
    const work: Record<string, () => Promise<number>> = {
      "plain SQL read": async () => (rows = read.all(organizationId, list, range.from, range.to).length),
      "store.busySpans": async () => (await reader.busySpans(ids, range)).size,
      "kalends.freeBusy, merged answer": async () => (await kalends.freeBusy({ calendars: ids, from, to, whenStale: "fail" })).calendars.length,
    };
    const spent = await inTurn(work, 60);
    const base = median(spent.get("plain SQL read") as number[]);
    const table = [...spent].map(([name, all]) => [name, median(all).toFixed(2), quantile(all, 0.95).toFixed(2), times(median(all) / base)]);
    console.log(`\n${textTable([`${calendars} calendars x 14 days, ${rows.toLocaleString("en")} stored spans`, "p50 ms", "p95 ms", "x plain read"], table)}`);
    bare.close();
    await store.close();
    await kalends.close();
    const of = (name: string): number => median(spent.get(name) as number[]) / base;
    return [
      ratioGoal("200 calendars x 14 days: spans read by the store, against plain SQL", of("store.busySpans"), { most: 1.5 }),
      ratioGoal("200 calendars x 14 days: the whole free-busy answer, against plain SQL", of("kalends.freeBusy, merged answer"), { most: 1.5 }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function inTurn(work: Readonly<Record<string, () => Promise<number>>>, rounds: number): Promise<Map<string, number[]>> {
  const spent = new Map(Object.keys(work).map((name) => [name, [] as number[]]));
  for (let round = -10; round < rounds; round += 1) {
    for (const [name, call] of Object.entries(work)) {
      const started = performance.now();
      await call();
      if (round >= 0) spent.get(name)?.push(performance.now() - started);
    }
  }
  return spent;
}

/** A store with 200 synced calendars of 200 accounts, their spans derived from 2,000 events each. */
async function fill(path: string): Promise<{ organizationId: string; ids: string[] }> {
  const organizationId = "default";
  const kalends = await createKalends({ database: path, key, clock });
  const inner = await openSqliteStore({ path, clock });
  const keys = localKeyring({ keyset: Keyset.of(parseKey(key)), random });
  const store = sealingStore(inner, createVault({ keys, random, dataKeys: (id) => inner.organization(id).dataKeys }));
  const { directory, sync } = store.organization(organizationId);
  const range = { from: window.from * 1000, to: window.to * 1000 };
  const patterns = Array.from({ length: 10 }, (_, seed) => deriveBusySpans(calendarParts(seed), range, "Europe/Berlin").spans);
  const ids: string[] = [];
  for (let index = 0; index < calendars; index += 1) {
    const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
    const [connectionId, id] = [`connection-${index}`, `calendar-${index}`];
    await directory.addConnection({
      organizationId, id: connectionId, accountId: account.id, provider: "caldav", state: "connected", remoteIdentity: id, label: id, endpoint: {},
      createdAt: 0, listedAt: null, pausedUntil: null, errorCode: null, grantedScopes: null,
    });
    const remote = { remoteKey: "/", name: "Home", color: null, timeZone: null, readOnly: false, hints: {} };
    await directory.applyCalendarList({ connectionId, added: [{ id, remote }], changed: [], touched: [], removed: [], changes: [], jobs: [], now: 0 });
    const claim = await sync.claim(id, "bench", clock.now(), 1_000);
    if (claim === null) throw new Error("the claim is taken");
    const completed = { pass: "snapshot", cursor: null, storedWindow: range, hints: null } as const;
    await sync.applyBatch({
      calendarId: id, token: claim.token, pass: 1, puts: [], removes: [], seen: [], quarantined: [], changes: [], jobs: [], refusedRemovals: null,
      busySpans: patterns[index % patterns.length] ?? [], completed, audit: "bench", now: clock.now(),
    });
    await sync.release(id, claim.token, null, clock.now());
    ids.push(id);
  }
  await store.close();
  await kalends.close();
  return { organizationId, ids };
}
