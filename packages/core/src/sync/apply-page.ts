import type {
  AppliedBatch, ApplyBatch, BusySpan, NewChange, PulledPage, RefusedReading, RemoteKey, Revision, StoredTiming, StoredTimingRow, TimeRange,
} from "@kalends/model";
import { audienceOf } from "../permissions/audience.ts";
import type { CalendarContext } from "./calendar-context.ts";
import { deriveInGroups, type TimingPart } from "./derive-busy-spans.ts";
import { minimize } from "./minimize.ts";
import { planChanges, type ChangePlan } from "./plan-changes.ts";
import { sealObject } from "./seal-object.ts";

/** The running pass, as far as writing needs it. */
export interface PassHandle {
  token: number;
  pass: number;
}

export function subjectOf(context: CalendarContext): Pick<NewChange, "accountId" | "connectionId" | "calendarId"> & { calendarId: string } {
  const { calendar } = context;
  return { accountId: calendar.accountId, connectionId: calendar.connectionId, calendarId: calendar.id };
}

/** Steps 2 to 4 of the sync line for one page: minimize, seal, compare with what is stored. */
export async function planPage(
  context: CalendarContext,
  page: PulledPage,
  knownRevisions: ReadonlyMap<RemoteKey, Revision>,
): Promise<ChangePlan> {
  const { calendar, needs, floatingZone, sealer, store } = context;
  const objects = page.objects.map((object) =>
    sealObject(minimize(object, needs, floatingZone), sealer, store.organizationId, calendar.id),
  );
  const keys = new Set<RemoteKey>([...page.objects.map((object) => object.remoteKey), ...page.removed]);
  const stored = keys.size === 0 ? [] : await store.sync.marksOf(calendar.id, [...keys]);
  const present = page.present.map((remoteKey) => ({ remoteKey, revision: knownRevisions.get(remoteKey) ?? null }));
  const quarantined = new Set(page.quarantined.map(({ remoteKey }) => remoteKey));
  return planChanges({ objects, present, removed: page.removed, quarantined, stored, subject: subjectOf(context) });
}

type TimingText = Pick<StoredTimingRow, "uid" | "timing">;

const groupSize = 256;

/** Parts in groups, all of one UID together, so that only a few at a time are read out of their JSON. */
function* partsInGroups(rows: Iterable<TimingText>): Generator<TimingPart[]> {
  const texts = new Map<string, string | string[]>();
  for (const { uid, timing } of rows) {
    const others = texts.get(uid);
    if (others === undefined) texts.set(uid, timing);
    else if (typeof others === "string") texts.set(uid, [others, timing]);
    else others.push(timing);
  }
  let group: TimingPart[] = [];
  for (const [uid, found] of texts) {
    for (const timing of typeof found === "string" ? [found] : found) group.push({ uid, timing: JSON.parse(timing) as StoredTiming });
    if (group.length < groupSize) continue;
    yield group;
    group = [];
  }
  yield group;
}

/** Step 6: the calendar's spans as they will be once the plan is applied. */
export async function spansAfter(context: CalendarContext, plan: ChangePlan | null, window: TimeRange): Promise<BusySpan[]> {
  const rows = new Map<string, TimingText>();
  const key = (remoteKey: string, uid: string): string => `${remoteKey}\n${uid}`;
  for (const row of await context.store.sync.timings(context.calendar.id, window)) rows.set(key(row.remoteKey, row.uid), row);
  for (const gone of plan?.removes ?? []) rows.delete(key(gone.remoteKey, gone.uid));
  for (const put of plan?.puts ?? []) rows.set(key(put.remoteKey, put.uid), put);
  const derived = deriveInGroups(partsInGroups(rows.values()), window, context.floatingZone);
  if (derived.capped) context.runtime.logger.log("warn", "a series was cut at a limit", { calendar: context.calendar.id });
  return derived.spans;
}

export interface BatchParts {
  plan?: ChangePlan;
  quarantined?: PulledPage["quarantined"];
  gone?: PulledPage["removed"];
  busySpans: BusySpan[] | null;
  completed: ApplyBatch["completed"];
  refusedRemovals?: RefusedReading | null;
  audit: string;
}

/** Step 7: one transaction. */
export function applyParts(context: CalendarContext, handle: PassHandle, parts: BatchParts): Promise<AppliedBatch> {
  const { runtime, store, calendar } = context;
  const now = runtime.clock.now();
  return store.sync.applyBatch({
    calendarId: calendar.id,
    token: handle.token,
    pass: handle.pass,
    puts: parts.plan?.puts ?? [],
    removes: parts.plan?.removes ?? [],
    seen: parts.plan?.seen ?? [],
    changes: parts.plan?.changes ?? [],
    ...audienceOf(context.views, { accountId: calendar.accountId, calendarId: calendar.id, moves: parts.plan?.moves ?? [], now }),
    quarantined: parts.quarantined ?? [],
    gone: parts.gone ?? [],
    busySpans: parts.busySpans,
    jobs: [],
    completed: parts.completed,
    refusedRemovals: parts.refusedRemovals ?? null,
    audit: parts.audit,
    now,
  });
}

/** What a batch did, in the words of the audit log: counts only. */
export function auditLine(page: Pick<PulledPage, "pass">, plan: ChangePlan, quarantined: number): string {
  return `${page.pass}: ${plan.puts.length} written, ${plan.removes.length} removed, ${plan.seen.length} unchanged, ${quarantined} set aside`;
}
