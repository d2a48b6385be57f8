import { KalendsError, Secret, toKalendsError } from "@kalends/model";
import type {
  Calendar, CalendarProvider, Connection, ConnectionId, OpenedWatch, OrganizationStore, ProviderAccess, WatchChannel, WatchRequest,
} from "@kalends/model";
import { notePause, requireUnpaused } from "../connect/connection-pause.ts";
import { openAccess } from "../credentials/open-access.ts";
import { digestOf } from "../digest-of.ts";
import type { Runtime } from "../runtime.ts";
import { jittered } from "../sync/backoff.ts";
import { findProvider, readNeeds } from "../sync/calendar-context.ts";
import { notificationPath } from "./notification-path.ts";
import { planWatches, type WatchesPlan } from "./plan-watches.ts";
import { stopChannels } from "./stop-channels.ts";

/** What is watched: a calendar, or a connection's list of them. */
interface Watched {
  connection: Connection;
  calendar: Calendar | null;
}

/** Answers after which the provider surely holds no channel. After every other it may. */
const neverOpened: readonly string[] = [
  "permission-denied", "auth-failed", "grant-revoked", "scope-missing", "calendar-gone", "rate-limited", "network-unreachable", "address-refused", "tls-failed",
  "budget-spent", "calendar-busy",
];
/** Names what is watched. */
export type WatchedId = { calendarId: string } | { connectionId: ConnectionId };

const idBytes = 24;
const tokenBytes = 32;

/**
 * Brings the channels of a calendar (or, without one, of a connection's list) to what they should be: opens, replaces before the end, stops
 * what is too many. Returns when to look again; `null`: there is nothing to look after. Throws what the provider throws.
 */
export async function keepWatched(runtime: Runtime, store: OrganizationStore, subject: WatchedId, signal: AbortSignal): Promise<number | null> {
  const watched = await findWatched(store, subject);
  if (watched === null) return null;
  try {
    return await bringUp(runtime, store, watched, signal);
  } catch (thrown) {
    await notePause(store, watched.connection.id, toKalendsError(thrown), runtime.clock.now());
    throw thrown;
  }
}

async function bringUp(runtime: Runtime, store: OrganizationStore, watched: Watched, signal: AbortSignal): Promise<number | null> {
  const { connection, calendar } = watched;
  const provider = findProvider(runtime, connection);
  const wanted = await isWanted(runtime, store, watched, provider);
  const plan = await look(runtime, store, watched, wanted);
  for (const id of plan.forget) await store.watches.remove(id);
  if (!plan.open && plan.close.length + plan.stop.length === 0) return plan.nextAt;
  // A login that must not be used stops nothing either; its channels end by themselves.
  if (connection.state !== "connected") return lastEnd(await channelsOf(store, watched));
  requireUnpaused(connection, runtime.clock.now());
  const access: ProviderAccess = { ...(await openAccess(runtime, store, connection)).access, signal };
  await store.watches.close(plan.close);
  // What is left over goes first: openings that break off one after the other must not pile up at the provider.
  const stopping = await stopChannels(store, provider, access, plan.stop).catch((thrown: unknown) => {
    if (!plan.open) throw thrown;
    return 0;
  });
  if (plan.open && !(await open(runtime, store, watched, { provider, access }))) {
    // This calendar cannot be watched (Google's holidays, say). It is polled, and asked about again now and then.
    return runtime.clock.now() + jittered(runtime.settings.watchForMs, runtime.settings, runtime.random);
  }
  // Planned anew: what was just opened makes the old ones needless, and may tell the name of one whose answer was lost.
  const after = await look(runtime, store, watched, wanted);
  await store.watches.close(after.close);
  const stopped = stopping + (await stopChannels(store, provider, access, after.stop));
  if (stopped > 0) runtime.logger.log("info", "watch channels stopped", { connection: connection.id, calendar: calendar?.id ?? "", channels: stopped });
  return (await look(runtime, store, watched, wanted)).nextAt;
}

function lastEnd(channels: readonly WatchChannel[]): number | null {
  return channels.length === 0 ? null : Math.max(...channels.map(({ expiresAt }) => expiresAt));
}

async function findWatched(store: OrganizationStore, subject: WatchedId): Promise<Watched | null> {
  const calendar = "calendarId" in subject ? await store.directory.findCalendar(subject.calendarId) : null;
  const connectionId = "calendarId" in subject ? calendar?.connectionId : subject.connectionId;
  const connection = connectionId === undefined ? null : await store.directory.findConnection(connectionId);
  return connection === null ? null : { connection, calendar };
}

/** May it be watched, and does anybody need it? */
async function isWanted(runtime: Runtime, store: OrganizationStore, { connection, calendar }: Watched, provider: CalendarProvider): Promise<boolean> {
  const can = calendar === null ? provider.watchCalendarList : provider.watchCalendar;
  if (runtime.notifyAt === null || can === undefined || connection.state !== "connected") return false;
  if (calendar === null) return true;
  const needs = await readNeeds(store, calendar.accountId, runtime.clock.now());
  return calendar.removedAt === null && needs !== null && !needs.excluded.has(calendar.id);
}

async function channelsOf(store: OrganizationStore, { connection, calendar }: Watched): Promise<WatchChannel[]> {
  if (calendar !== null) return store.watches.list({ calendarId: calendar.id });
  return (await store.watches.list({ connectionId: connection.id })).filter(({ calendarId }) => calendarId === null);
}

async function look(runtime: Runtime, store: OrganizationStore, watched: Watched, wanted: boolean): Promise<WatchesPlan> {
  const sharedResource = runtime.providers.get(watched.connection.provider)?.watchResource === "calendar";
  return planWatches({ channels: await channelsOf(store, watched), wanted, sharedResource, now: runtime.clock.now(), settings: runtime.settings });
}

/** Opens a channel: intent, request, confirmation. False where the provider says that this calendar cannot be watched. */
async function open(
  runtime: Runtime,
  store: OrganizationStore,
  { connection, calendar }: Watched,
  { provider, access }: { provider: CalendarProvider; access: ProviderAccess },
): Promise<boolean> {
  const { random, clock, settings, notifyAt } = runtime;
  const [id, token] = [idBytes, tokenBytes].map((length) => Buffer.from(random.bytes(length)).toString("base64url")) as [string, string];
  const now = clock.now();
  const expiresAt = now + settings.watchForMs;
  await store.watches.add({ id, connectionId: connection.id, calendarId: calendar?.id ?? null, tokenDigest: digestOf(token), createdAt: now, expiresAt });
  // Ended meanwhile: whoever ends a connection stops the channels that are written down, and may have looked before this one was.
  if ((await store.directory.findConnection(connection.id))?.state !== "connected") {
    await store.watches.remove(id);
    throw new KalendsError("connection-stopped", `The connection ${connection.id} ended`);
  }
  const address = `${notifyAt ?? ""}${notificationPath(connection.provider, store.organizationId)}`;
  const request: WatchRequest = { channelId: id, token: new Secret(token), address, expiresAt };
  let opened: OpenedWatch | undefined;
  try {
    opened = await (calendar === null
      ? provider.watchCalendarList?.(access, request)
      : provider.watchCalendar?.(access, { ...request, calendar: { remoteKey: calendar.remoteKey, hints: calendar.hints } }));
  } catch (thrown) {
    const error = toKalendsError(thrown);
    if (neverOpened.includes(error.code) && !error.mayHaveArrived) await store.watches.remove(id);
    if (error.code === "permission-denied") return false;
    throw error;
  }
  // What the provider grants beyond what was asked for is not relied on.
  if (opened !== undefined) await store.watches.confirm(id, { ...opened, expiresAt: Math.min(opened.expiresAt, expiresAt) });
  return true;
}
