import { mergeSpans, subtractSpans } from "@kalends/availability";
import type { BusySpan, StoredTiming, StoredTimingRow, TimeRange } from "@kalends/model";
import type { CalendarContext } from "./calendar-context.ts";
import { SpanDeriver, spansOfUid, type TimingPart } from "./derive-busy-spans.ts";
import { digestPart } from "./object-digest.ts";
import type { ChangePlan } from "./plan-changes.ts";
import { byRemoteKey } from "./timing-groups.ts";

type Plan = Pick<ChangePlan, "puts" | "removes" | "moves">;

const rowsAtATime = 500;
/** What was freed is looked at in so few stretches at most, each of which is a query. */
const mostStretches = 8;

/**
 * The calendar's spans once the plan is applied, out of those that are stored for `window`: what the changed objects were is taken away, what
 * they are is added, and only where they leave time behind are the other objects asked. `null` where the whole has to be derived: a series
 * is too dense to be counted out, so that what is stored of it is not what can be taken away.
 */
export async function spansByChange(context: CalendarContext, plan: Plan, window: TimeRange): Promise<BusySpan[] | null> {
  const { store, calendar, floatingZone } = context;
  const stored = (await store.reader.busySpans([calendar.id], window)).get(calendar.id) ?? [];
  const uids = movedUids(plan);
  if (uids.size === 0) return stored;
  const rows = await store.sync.timingsOf(calendar.id, [...uids], window);
  const before = spansOf(rows, window, floatingZone);
  const after = spansOf(partsAfter(rows, plan, uids), window, floatingZone);
  if (before === null || after === null) return null;
  const freed = subtractSpans(before, after);
  const others = freed.length === 0 ? [] : await spansOfOthers(context, uids, stretchesOf(freed), window);
  return mergeSpans([...subtractSpans(stored, before), ...after, ...others]);
}

/** UIDs of the objects whose times are not what they were, or that came or went. */
function movedUids(plan: Plan): Set<string> {
  const moved = new Set<string>();
  for (const { uid, before, after } of plan.moves) {
    if (before === null || after === null || before.digest.slice(0, digestPart) !== after.digest.slice(0, digestPart)) moved.add(uid);
  }
  return moved;
}

const keyOf = (item: { remoteKey: string; uid: string }): string => `${item.remoteKey}\n${item.uid}`;

function partOf({ uid, timing }: { uid: string; timing: string }): TimingPart {
  return { uid, timing: JSON.parse(timing) as StoredTiming };
}

function partsAfter(rows: readonly StoredTimingRow[], { puts, removes }: Plan, uids: ReadonlySet<string>): StoredTimingRow[] {
  const replaced = new Set([...puts, ...removes].map(keyOf));
  return [...rows.filter((row) => !replaced.has(keyOf(row))), ...puts.filter(({ uid }) => uids.has(uid))];
}

/** Merged spans of a few objects, or `null` where a series among them cannot be counted out. */
function spansOf(rows: readonly StoredTimingRow[], window: TimeRange, floatingZone: string): BusySpan[] | null {
  const groups = new Map<string, TimingPart[]>();
  for (const part of [...rows].sort(byRemoteKey).map(partOf)) {
    const group = groups.get(part.uid);
    if (group === undefined) groups.set(part.uid, [part]);
    else group.push(part);
  }
  const spans: BusySpan[] = [];
  for (const group of groups.values()) {
    const found = spansOfUid(group, window, floatingZone);
    if (found === null) return null;
    for (const span of found) spans.push(span);
  }
  return mergeSpans(spans);
}

/** The ranges of the spans, whatever their kind, joined across the smallest gaps until they are few. In order of time. */
function stretchesOf(spans: readonly BusySpan[]): TimeRange[] {
  const ranges = mergeSpans(spans.map(({ from, to }) => ({ kind: "busy", from, to })));
  const gaps = ranges.slice(1).map(({ from }, index) => ({ at: index + 1, length: from - (ranges[index] as BusySpan).to }));
  const kept = new Set(gaps.sort((one, other) => other.length - one.length).slice(0, mostStretches - 1).map(({ at }) => at));
  const stretches: TimeRange[] = [];
  for (const [index, { from, to }] of ranges.entries()) {
    if (index === 0 || kept.has(index)) stretches.push({ from, to });
    else (stretches.at(-1) as TimeRange).to = to;
  }
  return stretches;
}

/** Spans inside the stretches of all objects but those of `uids`. Parts of one UID in several items are expanded together, wherever they lie. */
async function spansOfOthers(
  context: CalendarContext,
  uids: ReadonlySet<string>,
  stretches: readonly TimeRange[],
  window: TimeRange,
): Promise<BusySpan[]> {
  const { store, calendar, floatingZone } = context;
  const shared = new Set((await store.sync.sharedUids(calendar.id)).filter((uid) => !uids.has(uid)));
  const together = shared.size === 0 ? [] : (await store.sync.timingsOf(calendar.id, [...shared], window)).sort(byRemoteKey).map(partOf);
  const spans: BusySpan[] = [];
  for (const stretch of stretches) {
    const deriver = new SpanDeriver(stretch, floatingZone);
    deriver.add(together);
    let after: StoredTimingRow | null = null;
    for (;;) {
      const rows: StoredTimingRow[] = await store.sync.timings(calendar.id, stretch, after, rowsAtATime);
      deriver.add(rows.filter(({ uid }) => !uids.has(uid) && !shared.has(uid)).map(partOf));
      after = rows.at(-1) ?? null;
      if (rows.length < rowsAtATime) break;
    }
    for (const span of deriver.finish().spans) spans.push(span);
  }
  return spans;
}
