import type { CalendarListUpdate, Connection, OrganizationStore, ProviderAccess, RemoteCalendar } from "@kalends/model";
import { notePause, requireUnpaused } from "../connect/connection-pause.ts";
import { alertOf } from "../alerts/raise-alert.ts";
import { openAccess } from "../credentials/open-access.ts";
import { refuseLogin } from "../connect/refuse-login.ts";
import { newId } from "../new-id.ts";
import { listAudience } from "../permissions/audience.ts";
import type { Runtime } from "../runtime.ts";
import { findProvider } from "../sync/calendar-context.ts";
import { failureOf } from "../sync/failure-of.ts";
import { listIsBelievable, planCalendarList } from "./plan-calendar-list.ts";

/** What reading a calendar list changed. */
export interface CalendarListReport {
  connectionId: string;
  added: string[];
  changed: string[];
  removed: string[];
}

const mostTries = 3;

/** Reads a connection's calendar list and brings the stored one up to it. Throws what the provider throws, after noting it. */
export async function refreshCalendars(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  options: { signal?: AbortSignal } = {},
): Promise<CalendarListReport> {
  const { clock } = runtime;
  let generation = 0;
  try {
    requireUnpaused(connection, clock.now());
    const opened = await openAccess(runtime, store, connection);
    generation = opened.generation;
    const update = await bringUp(runtime, store, connection, { ...opened.access, ...options });
    await store.directory.noteListed(connection.id, { at: clock.now(), errorCode: null });
    if (update.changes.length > 0) runtime.signal.wake(store.organizationId);
    return {
      connectionId: connection.id,
      added: update.added.map(({ id }) => id),
      changed: update.changed.map(({ id }) => id),
      removed: update.removed,
    };
  } catch (thrown) {
    const error = failureOf(thrown, options.signal);
    await notePause(store, connection.id, error, clock.now());
    runtime.logger.log("warn", "calendar list failed", { connection: connection.id, code: error.code });
    if (error.failure === "auth") {
      const alert = alertOf(runtime, { kind: "needs-reauth", subject: connection.id, detail: error.code });
      await refuseLogin(store, { connectionId: connection.id, generation }, error, alert, clock.now(), runtime.retention.credential.afterRefusal === 0);
      runtime.signal.wake(store.organizationId);
    } else if (error.code !== "connection-stopped" && error.code !== "aborted") {
      await store.directory.noteListed(connection.id, { at: clock.now(), errorCode: error.code });
    }
    throw error;
  }
}

/** Two readings at once may find the same news. Who comes second reads once more, for its list may be the older one. */
async function bringUp(runtime: Runtime, store: OrganizationStore, connection: Connection, access: ProviderAccess): Promise<CalendarListUpdate> {
  for (let tries = 1; ; tries += 1) {
    const update = await readUpdate(runtime, store, connection, access);
    try {
      await store.directory.applyCalendarList({ ...update, ...(await listAudience(store, connection.accountId, update)) });
      return update;
    } catch (thrown) {
      const { code } = failureOf(thrown, access.signal);
      if (tries === mostTries || (code !== "already-exists" && code !== "not-found")) throw thrown;
    }
  }
}

async function readUpdate(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  access: ProviderAccess,
): Promise<CalendarListUpdate> {
  const provider = findProvider(runtime, connection);
  const { signal } = access;
  const stored = await store.directory.listCalendars({ connectionId: connection.id, includeRemoved: true });
  const present = stored.filter((calendar) => calendar.removedAt === null).length;
  const plan = (listed: RemoteCalendar[]): CalendarListUpdate =>
    planCalendarList({ connection, stored, listed, now: runtime.clock.now(), newId: () => newId(runtime.random, "cal") });
  const list = async (): Promise<RemoteCalendar[]> => {
    try {
      return await provider.listCalendars(access);
    } catch (thrown) {
      // One refused login is asked twice before the user is asked to connect again.
      if (failureOf(thrown, signal).failure !== "auth") throw thrown;
      await runtime.clock.sleep(runtime.settings.confirmAfterMs, signal);
      return provider.listCalendars(access);
    }
  };
  const first = plan(await list());
  if (listIsBelievable(present, first.removed.length)) return first;
  await runtime.clock.sleep(runtime.settings.confirmAfterMs, signal);
  return plan(await list());
}
