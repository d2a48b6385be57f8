import { KalendsError } from "@kalends/model";
import type { AppliedBatch, PulledPage, RefusedReading, StoredMark } from "@kalends/model";
import { applyParts, subjectOf, type PassHandle } from "./apply-page.ts";
import type { CalendarContext } from "./calendar-context.ts";
import { sweepIsBelievable } from "./guard-plan.ts";
import { planChanges, type ChangePlan } from "./plan-changes.ts";
import { spansAfter } from "./spans-after.ts";
import type { SpansOnTheWay } from "./spans-on-the-way.ts";
import type { PassTally } from "./sync-report.ts";

const chunk = 500;

export interface SnapshotEnd {
  /** The last page: it carries the cursor. */
  page: PulledPage;
  /** Objects stored when the pass began. */
  before: number;
  refusedBefore: RefusedReading | null;
  /** Spans that were derived while the pages came; `null` where something was stored before. */
  spans: SpansOnTheWay | null;
  tally: PassTally;
}

function planRemovals(context: CalendarContext, marks: readonly StoredMark[]): ChangePlan {
  const removed = marks.map((mark) => mark.remoteKey);
  return planChanges({ objects: [], present: [], removed, stored: marks, subject: subjectOf(context) });
}

/**
 * Ends a snapshot whose last page was applied: removes what it did not name, derives the spans, stores the cursor.
 * The cursor stands in the last transaction, so that a crash before it only repeats the pass.
 * Throws `plan-refused` where the removals are too many to be believed from one reading.
 */
export async function finishSnapshot(context: CalendarContext, handle: PassHandle, end: SnapshotEnd): Promise<AppliedBatch> {
  const { store, calendar, needs } = context;
  const { unseen } = await store.sync.countObjects(calendar.id, handle.pass);
  const confirmed = end.refusedBefore === null ? null : (await store.sync.countObjects(calendar.id, end.refusedBefore.pass)).unseen;
  if (!sweepIsBelievable({ before: end.before, unseen, confirmed })) {
    const audit = `snapshot: refused to remove ${unseen} of ${end.before} objects after one reading`;
    const refusedRemovals = { removals: unseen, pass: handle.pass };
    await applyParts(context, handle, { busySpans: null, completed: null, refusedRemovals, audit });
    end.tally.refusedRemovals = refusedRemovals;
    throw new KalendsError("plan-refused", `A complete reading would have removed ${unseen} of ${end.before} objects`);
  }
  for (;;) {
    const marks = unseen === 0 ? [] : await store.sync.unseen(calendar.id, handle.pass, null, chunk);
    const plan = planRemovals(context, marks);
    end.tally.swept(plan);
    const audit = `snapshot: ${plan.removes.length} removed that are gone at the provider`;
    if (marks.length === chunk) {
      end.tally.applied(await applyParts(context, handle, { plan, busySpans: null, completed: null, audit }));
      continue;
    }
    const derived = marks.length === 0 ? ((await end.spans?.finish()) ?? null) : null;
    const busySpans = derived ?? (await spansAfter(context, plan, needs.window));
    const { nextCursor: cursor, hints } = end.page;
    const completed = { pass: end.page.pass, cursor, storedWindow: needs.window, hints: hints ?? null };
    return applyParts(context, handle, { plan, busySpans, completed, audit });
  }
}
