import type { Connection, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

/** Sees to it that somebody looks after the channels of a calendar that was just read, or of a connection whose list was. */
export async function askToWatch(runtime: Runtime, store: OrganizationStore, connection: Connection, calendarId: string | null): Promise<void> {
  if (runtime.notifyAt === null) return;
  const provider = runtime.providers.get(connection.provider);
  if ((calendarId === null ? provider?.watchCalendarList : provider?.watchCalendar) === undefined) return;
  const job = calendarId === null ? { kind: "watch-list" as const, subject: connection.id } : { kind: "watch-calendar" as const, subject: calendarId };
  // A job that waits for the next renewal stays where it is.
  if ((await store.jobs.dueAt(job.kind, job.subject)) === null) await store.jobs.enqueue({ ...job, runAt: runtime.clock.now() });
}
