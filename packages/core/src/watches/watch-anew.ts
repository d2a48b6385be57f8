import type { Connection, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

/**
 * After a connection came back: its channels were opened under a grant that may be void, and nobody knows whether they still tell of anything.
 * None of them is believed any more; new ones are opened now, and the old ones stopped with the new grant.
 */
export async function watchAnew(runtime: Runtime, store: OrganizationStore, connection: Connection): Promise<void> {
  if (runtime.notifyAt === null) return;
  const channels = await store.watches.list({ connectionId: connection.id });
  if (channels.length === 0) return;
  await store.watches.close(channels.map(({ id }) => id));
  const runAt = runtime.clock.now();
  for (const calendarId of new Set(channels.map((channel) => channel.calendarId))) {
    // The job waits for the end of the old channels; the earlier time counts.
    await store.jobs.enqueue(calendarId === null ? { kind: "watch-list", subject: connection.id, runAt } : { kind: "watch-calendar", subject: calendarId, runAt });
  }
}
