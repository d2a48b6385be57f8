import { errorTable, KalendsError } from "@kalends/model";
import type { ClaimedJob, ErrorCode, JobKind, OrganizationStore } from "@kalends/model";
import { deprovisionAccount } from "../provisioning/deprovision-account.ts";
import { leaveProvider } from "../disconnect/leave-provider.ts";
import { refreshCalendars } from "../calendars/refresh-calendars.ts";
import type { Runtime } from "../runtime.ts";
import { isDead, jittered, waitAfterFailure } from "../sync/backoff.ts";
import { readNeeds } from "../sync/calendar-context.ts";
import { finishErasure } from "../erasure/finish-erasure.ts";
import { runRetention } from "../retention/run-retention.ts";
import { isPutOff } from "../sync/is-put-off.ts";
import { rollWindow } from "../sync/roll-window.ts";
import { failureOf } from "../sync/failure-of.ts";
import { syncCalendar } from "../sync/sync-calendar.ts";
import type { SyncReport } from "../sync/sync-report.ts";
import { askToWatch } from "../watches/ask-to-watch.ts";
import { keepWatched } from "../watches/keep-watched.ts";

/**
 * What becomes of a job after its run. `done`: queued again at a time, or out of the queue. `failed` counts as an attempt. `put-off`: it did not
 * run to its end for a reason that is not its own (the worker stops, the calendar is busy, the budget is spent).
 */
export type JobOutcome =
  | { end: "done"; nextRunAt: number | null; code: ErrorCode | null; report?: SyncReport }
  | { end: "failed"; nextRunAt: number; code: ErrorCode; dead: boolean; report?: SyncReport }
  | { end: "put-off"; nextRunAt: number; code: ErrorCode };

/** A calendar that somebody else syncs is looked at again after this long. */
const busyWaitMs = 2_000;

/** Runs one claimed job. Throws nothing: a failure is an outcome. */
export async function runJob(runtime: Runtime, job: ClaimedJob, signal: AbortSignal): Promise<JobOutcome> {
  const lost = afterLostRuns(runtime, job);
  if (lost !== null) return lost;
  const store = runtime.store.organization(job.organizationId);
  const { clock, settings, random } = runtime;
  const done = (nextRunAt: number | null): JobOutcome => ({ end: "done", nextRunAt, code: null });
  try {
    if (job.kind === "sync-calendar") return await runSync(runtime, store, job, signal);
    if (job.kind === "list-calendars") {
      await runList(runtime, store, job.subject, signal);
      return done(clock.now() + jittered(settings.listEveryMs, settings, random));
    }
    if (job.kind === "escalate-alert") {
      if (await store.alerts.escalate(Number(job.subject), clock.now())) runtime.signal.wake(job.organizationId);
      return done(null);
    }
    if (job.kind === "retention") {
      await runRetention(runtime, store, { signal });
      return done(clock.now() + settings.retentionEveryMs);
    }
    if (job.kind === "erasure") return done(await finishErasure(runtime, store, job.subject));
    if (job.kind === "deprovision-account") {
      // The user may have been activated again since.
      if (!(await isActive(store, job.subject))) await deprovisionAccount(runtime, store, job.subject);
      return done(null);
    }
    if (job.kind === "leave-provider") {
      await leaveProvider(runtime, store, job.subject, signal);
      return done(null);
    }
    if (job.kind === "watch-calendar") return done(await keepWatched(runtime, store, { calendarId: job.subject }, signal));
    if (job.kind === "watch-list") return done(await keepWatched(runtime, store, { connectionId: job.subject }, signal));
    await rollWindow(runtime, store, job.subject, signal);
    return done(clock.now() + jittered(settings.rollEveryMs, settings, random));
  } catch (thrown) {
    return afterFailure(runtime, store, job, failureOf(thrown, signal));
  }
}

/**
 * What ends a worker without a word (a calendar that takes more memory than there is, say) would end one after the other. Who is killed from
 * outside loses many jobs, but none of them so often in a row.
 */
function afterLostRuns({ clock, settings, random }: Runtime, { lostRuns }: ClaimedJob): JobOutcome | null {
  if (lostRuns < settings.lostUntilDead) return null;
  return { end: "failed", nextRunAt: clock.now() + jittered(settings.deadEveryMs, settings, random), code: "worker-lost", dead: true };
}

async function afterFailure(runtime: Runtime, store: OrganizationStore, job: ClaimedJob, error: KalendsError): Promise<JobOutcome> {
  const { clock, settings, random } = runtime;
  const now = clock.now();
  const { code } = error;
  if (code === "aborted") return { end: "put-off", nextRunAt: now, code };
  if (code === "calendar-busy") return { end: "put-off", nextRunAt: now + busyWaitMs, code };
  if (code === "budget-spent") return { end: "put-off", nextRunAt: now + jittered(error.retryAfterMs ?? settings.retryFirstMs, settings, random), code };
  if (await isOver(store, job, now)) return { end: "done", nextRunAt: null, code };
  const wait = waitAfterFailure(error, job.attempts + 1, settings, random);
  if (wait === null) return { end: "done", nextRunAt: null, code };
  return { end: "failed", nextRunAt: now + wait, code, dead: isDead(error, job.attempts + 1, settings) };
}

/**
 * Kinds whose subject is neither a calendar nor a connection, and those that have work left where nothing is read any more: only the job
 * knows when it is over.
 */
const endedByThemselves: readonly JobKind[] = [
  "deprovision-account", "escalate-alert", "retention", "erasure", "leave-provider", "watch-calendar", "watch-list",
];

/**
 * The subject is not there any more, or must not be read: the job ends, a reconnect or a new authorization starts it again. The store
 * knows; what a provider says of a moment (403, 404) must not end the polling of a calendar for good.
 */
async function isOver(store: OrganizationStore, job: ClaimedJob, now: number): Promise<boolean> {
  const { directory } = store;
  if (endedByThemselves.includes(job.kind)) return false;
  try {
    const calendar = job.kind === "list-calendars" ? null : await directory.findCalendar(job.subject);
    if (job.kind !== "list-calendars" && (calendar === null || calendar.removedAt !== null)) return true;
    const connection = await directory.findConnection(calendar?.connectionId ?? job.subject);
    if (connection === null || connection.state !== "connected") return true;
    if (calendar === null) return false;
    const needs = await readNeeds(store, calendar.accountId, now);
    return needs === null || needs.excluded.has(calendar.id);
  } catch {
    return false;
  }
}

async function runSync(runtime: Runtime, store: OrganizationStore, job: ClaimedJob, signal: AbortSignal): Promise<JobOutcome> {
  const { clock, settings, random } = runtime;
  const report = await syncCalendar(runtime, store, job.subject, { signal });
  const nextRunAt = report.nextTry === null ? null : Date.parse(report.nextTry);
  const code = report.error?.code ?? null;
  if (code === null) {
    // Coalesced: the earliest roll stands, so this only sees to it that there is one.
    const runAt = clock.now() + jittered(settings.rollEveryMs, settings, random);
    await store.jobs.enqueue({ kind: "roll-window", subject: job.subject, runAt });
    await watchCalendar(runtime, store, job.subject);
    return { end: "done", nextRunAt, code, report };
  }
  // A calendar whose login somebody else renews is looked at again soon.
  if (code === "calendar-busy") return { end: "put-off", nextRunAt: clock.now() + busyWaitMs, code };
  if (isPutOff(code)) return { end: "put-off", nextRunAt: nextRunAt ?? clock.now(), code };
  if (nextRunAt === null || (await isOver(store, job, clock.now()))) {
    // Nobody reads it any more: nobody needs to be told of its changes either.
    if (runtime.notifyAt !== null) await store.jobs.enqueue({ kind: "watch-calendar", subject: job.subject, runAt: clock.now() });
    return { end: "done", nextRunAt: null, code, report };
  }
  const dead = isDead({ code, failure: errorTable[code].failure }, job.attempts + 1, settings);
  return { end: "failed", nextRunAt, code, dead, report };
}

async function watchCalendar(runtime: Runtime, store: OrganizationStore, calendarId: string): Promise<void> {
  if (runtime.notifyAt === null) return;
  const calendar = await store.directory.findCalendar(calendarId);
  const connection = calendar === null ? null : await store.directory.findConnection(calendar.connectionId);
  if (connection === null) return;
  await askToWatch(runtime, store, connection, calendarId);
  // The list of a new connection is read when it is made, and by its own job only an hour later.
  await askToWatch(runtime, store, connection, null);
}

async function isActive(store: OrganizationStore, accountId: string): Promise<boolean> {
  return (await store.provisioning.findUser(accountId))?.active === true;
}

async function runList(runtime: Runtime, store: OrganizationStore, connectionId: string, signal: AbortSignal): Promise<void> {
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  const { removed } = await refreshCalendars(runtime, store, connection, { signal });
  await askToWatch(runtime, store, connection, null);
  for (const subject of runtime.notifyAt === null ? [] : removed) await store.jobs.enqueue({ kind: "watch-calendar", subject, runAt: runtime.clock.now() });
}
