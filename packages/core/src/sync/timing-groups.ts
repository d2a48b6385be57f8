import type { OrganizationStore, StoredTiming, StoredTimingRow, TimeRange } from "@kalends/model";
import type { TimingPart } from "./derive-busy-spans.ts";
import type { ChangePlan } from "./plan-changes.ts";

/** Rows read at a time, so that a calendar of any size takes the same memory. */
const rowsAtATime = 500;

const keyOf = (item: { remoteKey: string; uid: string }): string => `${item.remoteKey}\n${item.uid}`;

/** One item's part of a UID, before it is read. */
type PartText = Pick<StoredTimingRow, "remoteKey" | "timing">;

/** The order in which the parts of one UID are expanded: where two say the same thing otherwise, it decides, so it must always be the same. */
export function byRemoteKey(one: { remoteKey: string }, other: { remoteKey: string }): number {
  return one.remoteKey < other.remoteKey ? -1 : one.remoteKey > other.remoteKey ? 1 : 0;
}

/**
 * The timings of a calendar as they will be once the plan is applied, in groups, all parts of one UID in one group. What is held beyond a
 * group are the UIDs that several items share, and those of the plan.
 */
export async function* timingGroups(
  store: OrganizationStore,
  calendarId: string,
  window: TimeRange,
  plan: Pick<ChangePlan, "puts" | "removes"> | null,
): AsyncGenerator<TimingPart[]> {
  const puts = plan?.puts ?? [];
  const replaced = new Set([...puts, ...(plan?.removes ?? [])].map(keyOf));
  const aside = new Map<string, PartText[]>();
  for (const uid of await store.sync.sharedUids(calendarId)) aside.set(uid, []);
  for (const { uid } of puts) aside.set(uid, []);
  let after: { remoteKey: string; uid: string } | null = null;
  for (;;) {
    const rows = await store.sync.timings(calendarId, window, after, rowsAtATime);
    const group: TimingPart[] = [];
    for (const row of rows) {
      if (replaced.has(keyOf(row))) continue;
      const others = aside.get(row.uid);
      if (others === undefined) group.push(partOf(row.uid, row.timing));
      else others.push(row);
    }
    yield group;
    after = rows.at(-1) ?? null;
    if (rows.length < rowsAtATime) break;
  }
  for (const put of puts) aside.get(put.uid)?.push(put);
  yield* inGroups(aside);
}

function* inGroups(timings: ReadonlyMap<string, PartText[]>): Generator<TimingPart[]> {
  let group: TimingPart[] = [];
  for (const [uid, texts] of timings) {
    for (const { timing } of texts.sort(byRemoteKey)) group.push(partOf(uid, timing));
    if (group.length < rowsAtATime) continue;
    yield group;
    group = [];
  }
  yield group;
}

function partOf(uid: string, timing: string): TimingPart {
  return { uid, timing: JSON.parse(timing) as StoredTiming };
}
