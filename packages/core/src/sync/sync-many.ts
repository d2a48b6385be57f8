import { errorTable, type Connection, type ErrorCode, type OrganizationStore } from "@kalends/model";
import { refreshCalendars } from "../calendars/refresh-calendars.ts";
import type { Runtime } from "../runtime.ts";
import { readNeeds } from "./calendar-context.ts";
import { failureOf } from "./failure-of.ts";
import { reportOfNone, syncCalendar } from "./sync-calendar.ts";
import type { SyncProgress, SyncReport } from "./sync-report.ts";

export interface SyncManyOptions {
  accountId?: string;
  connectionId?: string;
  signal?: AbortSignal;
  onProgress?(progress: SyncProgress): void;
  /** Called when a calendar is done. */
  onReport?(report: SyncReport): void;
  /** Forget all positions and read every calendar whole. */
  fresh?: boolean;
  /** Leave the calendar lists as they are. */
  skipLists?: boolean;
}

/** How a sync of many calendars ended. */
export interface SyncManyReport {
  ok: boolean;
  calendars: SyncReport[];
  /** Connections whose calendar list could not be read, or that are stopped. */
  connections: { connectionId: string; error: { code: ErrorCode; message: string; remedy: string } }[];
}

/** Syncs all chosen connections: several at once, the calendars of one connection one after the other. */
export async function syncMany(runtime: Runtime, store: OrganizationStore, options: SyncManyOptions = {}): Promise<SyncManyReport> {
  const connections = (await store.directory.listConnections(options.accountId)).filter(
    ({ id, state }) => (options.connectionId === undefined || id === options.connectionId) && state !== "disconnected",
  );
  const report: SyncManyReport = { ok: true, calendars: [], connections: [] };
  const waiting = [...connections];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await syncConnection(runtime, store, next, options, report);
      } catch (thrown) {
        // The others go on, and the caller hears of all when all have ended.
        const { code, message, remedy } = failureOf(thrown, options.signal);
        report.connections.push({ connectionId: next.id, error: { code, message, remedy } });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(runtime.settings.concurrency, waiting.length) }, work));
  report.ok = report.connections.length === 0 && report.calendars.every(({ ok }) => ok);
  return report;
}

async function syncConnection(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  options: SyncManyOptions,
  report: SyncManyReport,
): Promise<void> {
  const signal = options.signal;
  if (options.skipLists !== true || connection.state !== "connected") {
    try {
      await refreshCalendars(runtime, store, connection, signal === undefined ? {} : { signal });
    } catch (thrown) {
      const { code, message, remedy, failure } = failureOf(thrown, signal);
      report.connections.push({ connectionId: connection.id, error: { code, message, remedy } });
      if (failure === "auth" || code === "connection-stopped") return;
    }
  }
  const needs = await readNeeds(store, connection.accountId, runtime.clock.now());
  for (const calendar of await store.directory.listCalendars({ connectionId: connection.id })) {
    if (signal?.aborted === true) return;
    if (needs === null || needs.excluded.has(calendar.id)) continue;
    const one = await syncOne(runtime, store, calendar.id, options);
    report.calendars.push(one);
    options.onReport?.(one);
    if (one.error !== null && errorTable[one.error.code].failure === "auth") return;
  }
}

async function syncOne(runtime: Runtime, store: OrganizationStore, calendarId: string, options: SyncManyOptions): Promise<SyncReport> {
  const { signal, onProgress } = options;
  try {
    return await syncCalendar(runtime, store, calendarId, {
      // A dead worker's lease runs out in that time; a live one may take longer, and then its result counts.
      waitMs: runtime.settings.leaseMs + 1_000,
      fresh: options.fresh === true,
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } catch (thrown) {
    return reportOfNone(calendarId, failureOf(thrown, signal), runtime.clock.now());
  }
}
