import { KalendsError, toKalendsError } from "@kalends/model";
import type { OrganizationStore, SyncClaim, SyncOutcome } from "@kalends/model";
import { alertOf } from "../alerts/raise-alert.ts";
import { pollInterval } from "./poll-interval.ts";
import { raiseSyncAlerts } from "../alerts/sync-alerts.ts";
import type { Runtime } from "../runtime.ts";
import { jittered, waitAfterFailure } from "./backoff.ts";
import { claimOnce, releaseClaim } from "./claim-once.ts";
import { failureOf } from "./failure-of.ts";
import { refuseLogin } from "../connect/refuse-login.ts";
import { calendarContext, type CalendarContext } from "./calendar-context.ts";
import { holdLease } from "../schedule/hold-lease.ts";
import { isPutOff } from "./is-put-off.ts";
import { measureSync } from "./measure-sync.ts";
import { planCadence } from "./plan-cadence.ts";
import { runPass, type PassOptions } from "./run-pass.ts";
import { windowIsBehind } from "./window-is-behind.ts";
import { PassTally, type SyncProgress, type SyncReport } from "./sync-report.ts";

export interface SyncOptions {
  signal?: AbortSignal;
  onProgress?(progress: SyncProgress): void;
  /** Forget the position and read the whole calendar again. */
  fresh?: boolean;
  /** Wait this long for another worker to let go of the calendar, instead of failing at once with `calendar-busy`. */
  waitMs?: number;
}

/** A cursor may die once, and a large removal may ask for a second reading once. */
const mostPasses = 4;

/** Syncs one calendar: claim, passes, release. Failures are reported, not thrown, except `calendar-busy` and `not-found`. */
export async function syncCalendar(
  runtime: Runtime,
  store: OrganizationStore,
  calendarId: string,
  options: SyncOptions = {},
): Promise<SyncReport> {
  return runtime.telemetry.span("kalends.sync", { organization: store.organizationId, calendar: calendarId }, async (span) => {
    const report = await syncClaimed(runtime, store, calendarId, options);
    if (report.error !== null) span.fail(report.error.code);
    return report;
  });
}

async function syncClaimed(runtime: Runtime, store: OrganizationStore, calendarId: string, options: SyncOptions): Promise<SyncReport> {
  const { clock, settings } = runtime;
  const startedAt = clock.now();
  const tally = new PassTally(calendarId);
  const claim = await claimCalendar(runtime, store, calendarId, options);
  const held = holdLease(clock, settings.leaseMs, () => renewed(store.sync.renew(calendarId, claim.token, clock.now(), settings.leaseMs)));
  const signal = options.signal === undefined ? held.lost : AbortSignal.any([options.signal, held.lost]);
  let error: KalendsError | null = null;
  let context: CalendarContext | null = null;
  try {
    context = await calendarContext(runtime, store, calendarId);
    await runPasses(context, claim, tally, { ...options, signal });
  } catch (thrown) {
    error = held.lost.aborted ? new KalendsError("claim-lost", `Another worker took over the calendar ${calendarId}`) : failureOf(thrown, signal);
  }
  held.stop();
  const outcome = await planOutcome(runtime, store, claim, { tally, hints: context?.calendar.hints ?? {} }, error);
  try {
    // Who was put off did not fail: the status stays as it was.
    await releaseClaim(runtime, store, calendarId, claim.token, isPutOff(error?.code) ? null : outcome);
    if (error !== null) await noteFailure(runtime, store, calendarId, error, context);
    await raiseSyncAlerts(runtime, store, { calendarId, error, failures: claim.failures + 1, quarantined: tally.quarantined });
  } catch (thrown) {
    // The store that could not take the page may not take the outcome either (the disk is full, say); the first cause is the one to tell.
    error ??= toKalendsError(thrown);
  }
  measureSync(runtime, { context, tally, error, startedAt, lastSuccess: claim.lastSuccess });
  return report(tally, startedAt, clock.now(), error, outcome);
}

/** Whether a claim could be renewed; throws what says nothing about it. */
async function renewed(renewal: Promise<void>): Promise<boolean> {
  try {
    await renewal;
    return true;
  } catch (thrown) {
    if (toKalendsError(thrown).code !== "claim-lost") throw thrown;
    return false;
  }
}

async function claimCalendar(
  runtime: Runtime,
  store: OrganizationStore,
  calendarId: string,
  options: SyncOptions,
): Promise<SyncClaim> {
  const { clock } = runtime;
  const giveUpAt = clock.now() + (options.waitMs ?? 0);
  for (;;) {
    const claim = await claimOnce(runtime, store, calendarId);
    if (claim !== null) return claim;
    if ((await store.directory.findCalendar(calendarId)) === null) throw new KalendsError("not-found", `There is no calendar ${calendarId}`);
    const left = giveUpAt - clock.now();
    if (left <= 0) throw new KalendsError("calendar-busy", `The calendar ${calendarId} is being synced by another worker`);
    await clock.sleep(Math.min(left, 250), options.signal);
  }
}

/** A cursor may be accepted and tell nothing (a server restored from a backup). Keys and revisions are compared now and then. */
function reconcileIsDue({ runtime }: CalendarContext, claim: SyncClaim): boolean {
  return claim.lastSnapshot !== null && runtime.clock.now() - claim.lastSnapshot >= runtime.settings.reconcileEveryMs;
}

/**
 * The whole is read when asked for, when an authorization became wider, when a large removal waits for its second reading, and when hidden
 * events come inside the window.
 */
async function mustReadWhole(context: CalendarContext, claim: SyncClaim, options: SyncOptions): Promise<boolean> {
  if (options.fresh === true || claim.rulesBehind || claim.refusedRemovals !== null || reconcileIsDue(context, claim)) return true;
  if (claim.cursor === null || !windowIsBehind(context, claim.storedWindow)) return false;
  return (await context.store.sync.countEntering(context.calendar.id, context.needs.window)) > 0;
}

async function runPasses(
  context: CalendarContext,
  claim: SyncClaim,
  tally: PassTally,
  options: SyncOptions & { signal: AbortSignal },
): Promise<void> {
  const { runtime, calendar } = context;
  const pass: PassOptions = {
    cursor: (await mustReadWhole(context, claim, options)) ? null : claim.cursor,
    thorough: options.fresh === true || claim.rulesBehind || reconcileIsDue(context, claim),
    refusedBefore: claim.refusedRemovals,
    signal: options.signal,
    onPage: (state) => {
      options.onProgress?.(state.progress());
      if (state.takeNews()) runtime.signal.wake(context.store.organizationId);
    },
  };
  for (let passes = 1; ; passes += 1) {
    tally.begin();
    try {
      return await runPass(context, claim, pass, tally);
    } catch (thrown) {
      const error = toKalendsError(thrown);
      if (passes === mostPasses) throw error;
      runtime.logger.log("info", "pass ended early", { calendar: calendar.id, code: error.code });
      if (error.failure === "cursor-expired" && pass.cursor !== null) {
        pass.cursor = null;
      } else if (error.code === "plan-refused" && pass.refusedBefore === null) {
        // The second reading is a whole one, with no trust in cheap marks, and after a pause.
        pass.refusedBefore = tally.refusedRemovals;
        pass.cursor = null;
        pass.thorough = true;
        await runtime.clock.sleep(runtime.settings.confirmAfterMs, options.signal);
      } else {
        throw error;
      }
    }
  }
}

async function planOutcome(
  runtime: Runtime,
  store: OrganizationStore,
  claim: SyncClaim,
  { tally, hints }: { tally: PassTally; hints: Readonly<Record<string, string>> },
  error: KalendsError | null,
): Promise<SyncOutcome> {
  const { clock, settings, random } = runtime;
  if (error === null) {
    const now = clock.now();
    const changed = tally.created + tally.updated + tally.removed > 0;
    const watchedUntil = await readWatchedUntil(runtime, store, claim.calendarId);
    const { cadence, everyMs } = planCadence({ lastChange: changed ? now : claim.lastChange, watchedUntil, now, settings });
    return { ok: true, errorCode: null, nextTry: now + jittered(Math.max(everyMs, pollInterval(hints, settings)), settings, random), changed, cadence };
  }
  const failures = isPutOff(error.code) ? 1 : claim.failures + 1;
  const wait = error.code === "aborted" ? 0 : waitAfterFailure(error, failures, settings, random);
  return { ok: false, errorCode: error.code, nextTry: wait === null ? null : clock.now() + wait };
}

/** Until when the provider tells of changes; `null` where it does not, or where that cannot be read now: then polling is the more frequent one. */
async function readWatchedUntil(runtime: Runtime, store: OrganizationStore, calendarId: string): Promise<number | null> {
  if (runtime.notifyAt === null) return null;
  try {
    const open = await store.watches.list({ calendarId, state: "open" });
    return open.length === 0 ? null : Math.max(...open.map(({ expiresAt }) => expiresAt));
  } catch {
    return null;
  }
}

/** What a failure means beyond this calendar. */
async function noteFailure(
  runtime: Runtime,
  store: OrganizationStore,
  calendarId: string,
  error: KalendsError,
  context: CalendarContext | null,
): Promise<void> {
  runtime.logger.log("warn", "sync failed", { calendar: calendarId, code: error.code });
  const calendar = await store.directory.findCalendar(calendarId);
  if (calendar === null) return;
  const now = runtime.clock.now();
  if (error.failure === "auth" && context !== null) {
    const alert = alertOf(runtime, { kind: "needs-reauth", subject: calendar.connectionId, detail: error.code });
    const dropsRefused = runtime.retention.credential.afterRefusal === 0;
    await refuseLogin(store, { connectionId: calendar.connectionId, generation: context.generation }, error, alert, now, dropsRefused);
    runtime.signal.wake(store.organizationId);
  }
  // Only the calendar list can tell whether a calendar is really gone.
  if (error.code === "calendar-gone") await store.jobs.enqueue({ kind: "list-calendars", subject: calendar.connectionId, runAt: now });
}

/** The report of a run that could not even begin. */
export function reportOfNone(calendarId: string, error: KalendsError, now: number): SyncReport {
  return report(new PassTally(calendarId), now, now, error, { nextTry: null });
}

function report(
  tally: PassTally,
  startedAt: number,
  endedAt: number,
  error: KalendsError | null,
  outcome: Pick<SyncOutcome, "nextTry">,
): SyncReport {
  return {
    calendarId: tally.calendarId,
    ok: error === null,
    pass: tally.kind,
    created: tally.created,
    updated: tally.updated,
    removed: tally.removed,
    unchanged: tally.unchanged,
    quarantined: tally.quarantined,
    pages: tally.pages,
    durationMs: endedAt - startedAt,
    error: error === null ? null : { code: error.code, message: error.message, remedy: error.remedy },
    nextTry: outcome.nextTry === null ? null : new Date(outcome.nextTry).toISOString(),
  };
}
