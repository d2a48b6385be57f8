import type {
  Calendar, CalendarStatus, Connection, ConnectionStatus, OrganizationStore, SyncPhase, SyncState, WatchChannel,
} from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { toStatusError } from "./to-status-error.ts";

function phaseOf(connection: Connection, state: SyncState | undefined): SyncPhase {
  if (connection.state !== "connected") return "stopped";
  if (state?.syncing === true) return state.lastSuccess === null ? "first-sync" : "syncing";
  if (state !== undefined && state.errorCode !== null) return state.nextTry === null ? "stopped" : "delayed";
  return state === undefined || state.lastSuccess === null ? "first-sync" : "idle";
}

const toIso = (ms: number | null | undefined): string | null => (ms === null || ms === undefined ? null : new Date(ms).toISOString());

function calendarStatus(
  connection: Connection,
  calendar: Calendar,
  state: SyncState | undefined,
  watch: WatchChannel | undefined,
  now: number,
): CalendarStatus {
  const lastSuccess = state?.lastSuccess ?? null;
  return {
    calendarId: calendar.id,
    connectionId: connection.id,
    name: calendar.name,
    phase: phaseOf(connection, state),
    lastSuccess: toIso(lastSuccess),
    freshnessMs: lastSuccess === null ? null : Math.max(0, now - lastSuccess),
    nextTry: toIso(state?.nextTry),
    failures: state?.failures ?? 0,
    error: toStatusError(state?.errorCode ?? null),
    objects: state?.objects ?? 0,
    quarantined: state?.quarantined ?? 0,
    warnings: state?.warnings ?? 0,
    polling: state?.cadence ?? null,
    push: watch === undefined ? null : { until: new Date(watch.expiresAt).toISOString(), lastNotified: toIso(watch.notifiedAt) },
  };
}

/** Public status of every connection, or of one account's, with its calendars. */
export async function readStatus(runtime: Runtime, store: OrganizationStore, accountId?: string): Promise<ConnectionStatus[]> {
  const now = runtime.clock.now();
  const connections = await store.directory.listConnections(accountId);
  const calendars = await store.directory.listCalendars(accountId === undefined ? {} : { accountId });
  const states = await store.reader.syncStates(calendars.map(({ id }) => id), now);
  const watches = await openWatches(store, connections, accountId, now);
  return connections.map((connection) => ({
    connectionId: connection.id,
    accountId: connection.accountId,
    provider: connection.provider,
    label: connection.label,
    state: connection.state,
    error: toStatusError(connection.errorCode),
    lastListed: toIso(connection.listedAt),
    calendars: calendars
      .filter((calendar) => calendar.connectionId === connection.id)
      .map((calendar) => calendarStatus(connection, calendar, states.get(calendar.id), watches.get(calendar.id), now)),
  }));
}

/** The open channel of each calendar that lasts longest. */
async function openWatches(
  store: OrganizationStore,
  connections: readonly Connection[],
  accountId: string | undefined,
  now: number,
): Promise<Map<string, WatchChannel>> {
  const lists =
    accountId === undefined
      ? [await store.watches.list({ state: "open" })]
      : await Promise.all(connections.map(({ id }) => store.watches.list({ connectionId: id, state: "open" })));
  const living = lists.flat().filter(({ expiresAt }) => expiresAt > now).sort((one, other) => one.expiresAt - other.expiresAt);
  return new Map(living.flatMap((channel) => (channel.calendarId === null ? [] : [[channel.calendarId, channel] as const])));
}
