import { KalendsError, toKalendsError } from "@kalends/model";
import type { ClaimedJob, OrganizationStore } from "@kalends/model";
import { deprovisionAccount } from "../provisioning/deprovision-account.ts";
import { refreshCalendars } from "../calendars/refresh-calendars.ts";
import type { Runtime } from "../runtime.ts";
import { jittered, waitAfterFailure } from "../sync/backoff.ts";
import { readNeeds } from "../sync/calendar-context.ts";
import { rollWindow } from "../sync/roll-window.ts";
import { syncCalendar } from "../sync/sync-calendar.ts";
import type { SyncReport } from "../sync/sync-report.ts";

/** What becomes of a job after its run: queued again at a time, or out of the queue; `failed` counts as an attempt. */
export interface JobOutcome {
  nextRunAt: number | null;
  failed: boolean;
  report?: SyncReport;
}

/** Runs one claimed job. Throws nothing: a failure is an outcome. */
export async function runJob(runtime: Runtime, job: ClaimedJob, signal: AbortSignal): Promise<JobOutcome> {
  const store = runtime.store.organization(job.organizationId);
  const { clock, settings, random } = runtime;
  try {
    if (job.kind === "sync-calendar") return await runSync(runtime, store, job, signal);
    if (job.kind === "list-calendars") {
      await runList(runtime, store, job.subject, signal);
      return { nextRunAt: clock.now() + jittered(settings.listEveryMs, settings, random), failed: false };
    }
    if (job.kind === "escalate-alert") {
      if (await store.alerts.escalate(Number(job.subject), clock.now())) runtime.signal.wake(job.organizationId);
      return { nextRunAt: null, failed: false };
    }
    if (job.kind === "deprovision-account") {
      // The user may have been activated again since.
      if (!(await isActive(store, job.subject))) await deprovisionAccount(runtime, store, job.subject);
      return { nextRunAt: null, failed: false };
    }
    await rollWindow(runtime, store, job.subject, signal);
    return { nextRunAt: clock.now() + jittered(settings.rollEveryMs, settings, random), failed: false };
  } catch (thrown) {
    const error = toKalendsError(thrown);
    if (await isOver(store, job, clock.now())) return { nextRunAt: null, failed: true };
    const wait = error.code === "calendar-busy" ? settings.leaseMs : waitAfterFailure(error, job.attempts + 1, settings, random);
    return { nextRunAt: wait === null ? null : clock.now() + wait, failed: true };
  }
}

/**
 * The subject is not there any more, or must not be read: the job ends, a reconnect or a new authorization starts it again. The store
 * knows; what a provider says of a moment (403, 404) must not end the polling of a calendar for good.
 */
async function isOver(store: OrganizationStore, job: ClaimedJob, now: number): Promise<boolean> {
  const { directory } = store;
  if (job.kind === "deprovision-account") return false;
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
  const report = await syncCalendar(runtime, store, job.subject, { signal });
  const nextRunAt = report.nextTry === null ? null : Date.parse(report.nextTry);
  if (report.ok) {
    const { clock, settings, random } = runtime;
    // Coalesced: the earliest roll stands, so this only sees to it that there is one.
    const runAt = clock.now() + jittered(settings.rollEveryMs, settings, random);
    await store.jobs.enqueue({ kind: "roll-window", subject: job.subject, runAt });
  }
  const over = !report.ok && (await isOver(store, job, runtime.clock.now()));
  return { nextRunAt: over ? null : nextRunAt, failed: !report.ok, report };
}

async function isActive(store: OrganizationStore, accountId: string): Promise<boolean> {
  return (await store.provisioning.findUser(accountId))?.active === true;
}

async function runList(runtime: Runtime, store: OrganizationStore, connectionId: string, signal: AbortSignal): Promise<void> {
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  await refreshCalendars(runtime, store, connection, { signal });
}
