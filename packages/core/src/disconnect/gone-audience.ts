import type { Connection, OrganizationStore } from "@kalends/model";
import { listAudience } from "../permissions/audience.ts";
import type { Runtime } from "../runtime.ts";

/** What applications are told when all calendars of a connection go. */
export async function goneAudience(runtime: Runtime, store: OrganizationStore, connection: Connection): Promise<Awaited<ReturnType<typeof listAudience>>> {
  const { id: connectionId, accountId } = connection;
  const calendars = await store.directory.listCalendars({ connectionId });
  const changes = calendars.map(({ id }) => ({
    kind: "calendar-removed" as const, accountId, connectionId, calendarId: id, uid: null, remoteKey: null,
  }));
  return listAudience(store, accountId, { changes, now: runtime.clock.now() });
}
