import type {
  AppliedBatch, ApplyBatch, BusySpan, NewChange, PulledPage, RefusedReading, RemoteKey, Revision, StoredObject,
} from "@kalends/model";
import { audienceOf } from "../permissions/audience.ts";
import type { CalendarContext } from "./calendar-context.ts";
import { planChanges, type ChangePlan } from "./plan-changes.ts";
import type { SpansOnTheWay } from "./spans-on-the-way.ts";

/** The running pass, as far as writing needs it. */
export interface PassHandle {
  token: number;
  pass: number;
}

export function subjectOf(context: CalendarContext): Pick<NewChange, "accountId" | "connectionId" | "calendarId"> & { calendarId: string } {
  const { calendar } = context;
  return { accountId: calendar.accountId, connectionId: calendar.connectionId, calendarId: calendar.id };
}

/** Step 4 of the sync line for one page: compare with what is stored. `objects` are those of the page in stored form. */
export async function planPage(
  context: CalendarContext,
  page: PulledPage,
  objects: readonly StoredObject[],
  knownRevisions: ReadonlyMap<RemoteKey, Revision>,
  spans: SpansOnTheWay | null,
): Promise<ChangePlan> {
  const { calendar, store } = context;
  const keys = new Set<RemoteKey>([...objects.map((object) => object.remoteKey), ...page.removed]);
  const stored = keys.size === 0 ? [] : await store.sync.marksOf(calendar.id, [...keys]);
  if (stored.length > 0) spans?.giveUp();
  const present = page.present.map((remoteKey) => ({ remoteKey, revision: knownRevisions.get(remoteKey) ?? null }));
  const quarantined = new Set(page.quarantined.map(({ remoteKey }) => remoteKey));
  return planChanges({ objects, present, removed: page.removed, quarantined, stored, subject: subjectOf(context) });
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
