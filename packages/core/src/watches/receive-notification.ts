import { timingSafeEqual } from "node:crypto";
import type { InboundNotification, NotificationHint, OrganizationId, OrganizationStore, ProviderId, WatchChannel } from "@kalends/model";
import { digestOf } from "../digest-of.ts";
import type { Runtime } from "../runtime.ts";

/** What is to be answered. */
export type NotificationVerdict =
  /** The wake-ups are durable: 2xx. `woken`: how many of its hints belonged to a channel. */
  | { kind: "accepted"; woken: number }
  /** No hint belongs to a channel that is ours. Unknown and wrong are the same. */
  | { kind: "refused"; status: number }
  /** A handshake: 200, as plain text. */
  | { kind: "echo"; text: string }
  | { kind: "malformed" };

const refused = { kind: "refused", status: 404 } as const;
/** What an unknown channel is compared with, so that it takes as long as a wrong token. */
const nobody: string = digestOf("");
const longestId = 64;
const longestEcho = 4_096;
const mostHints = 1_000;

/** See `Engine.receiveNotification`. */
export async function receiveNotification(
  runtime: Runtime,
  { organizationId, provider: id }: { organizationId: OrganizationId; provider: ProviderId },
  notification: InboundNotification,
): Promise<NotificationVerdict> {
  const provider = runtime.providers.get(id);
  if (provider?.readNotification === undefined) return refused;
  const reading = provider.readNotification(notification);
  if (reading.kind === "malformed") return reading;
  if ((await runtime.store.findOrganization(organizationId)) === null) return refused;
  const store = runtime.store.organization(organizationId);
  if (reading.kind === "echo") return (await isOpening(store, id)) && reading.text.length <= longestEcho ? reading : refused;
  let woken = 0;
  for (const hint of reading.hints.slice(0, mostHints)) {
    const channel = await findChannel(store, hint);
    if (channel === null) continue;
    woken += 1;
    await take(runtime, store, channel, hint);
  }
  if (woken === 0) runtime.logger.log("info", "a notification was refused", { organization: organizationId, provider: id });
  return woken > 0 ? { kind: "accepted", woken } : { kind: "refused", status: reading.refusal ?? refused.status };
}

/** A handshake is answered only while we are asking that provider for something. */
async function isOpening(store: OrganizationStore, provider: ProviderId): Promise<boolean> {
  for (const { connectionId } of await store.watches.list({ state: "opening" })) {
    if ((await store.directory.findConnection(connectionId))?.provider === provider) return true;
  }
  return false;
}

/** The channel that a hint belongs to: known, not given up, the token's digest the same, and the resource where both sides know it. */
async function findChannel(store: OrganizationStore, hint: NotificationHint): Promise<WatchChannel | null> {
  const channel = hint.channelId.length <= longestId ? await store.watches.find(hint.channelId) : null;
  const claimed = Buffer.from(digestOf(hint.token.reveal()));
  const known = Buffer.from(channel?.tokenDigest ?? nobody);
  const isRight = known.length === claimed.length && timingSafeEqual(known, claimed);
  if (channel === null || !isRight || channel.state === "closing") return null;
  const isOther = channel.resource !== null && hint.resource !== null && channel.resource !== hint.resource;
  return isOther ? null : channel;
}

async function take(runtime: Runtime, store: OrganizationStore, channel: WatchChannel, hint: NotificationHint): Promise<void> {
  const name = JSON.stringify([store.organizationId, channel.id, hint.event]);
  await runtime.wakes.wake(name, () => write(runtime, store, channel, hint));
}

/** The queue keeps one waiting job for each calendar, and remembers of a running one to run again: a burst becomes two syncs at most. */
async function write(runtime: Runtime, store: OrganizationStore, channel: WatchChannel, { event, resource }: NotificationHint): Promise<void> {
  const now = runtime.clock.now();
  const { id, calendarId, connectionId } = channel;
  if (event !== "opened") {
    const woken = calendarId === null ? ({ kind: "list-calendars", subject: connectionId } as const) : ({ kind: "sync-calendar", subject: calendarId } as const);
    await store.jobs.enqueue({ ...woken, runAt: now, priority: "push" });
  }
  if (event === "ended") {
    await store.jobs.enqueue(
      calendarId === null ? { kind: "watch-list", subject: connectionId, runAt: now } : { kind: "watch-calendar", subject: calendarId, runAt: now },
    );
    await store.watches.remove(id);
    return;
  }
  await store.watches.noteNotified(id, now, resource);
}
