import { KalendsError } from "@kalends/model";
import type { Connection, OrganizationStore, WatchChannel } from "@kalends/model";
import { hasCredential, openCredential } from "../connect/open-credential.ts";
import type { Runtime } from "../runtime.ts";
import { findProvider } from "../sync/calendar-context.ts";
import { resourceAmong } from "./plan-watches.ts";
import { stopChannels } from "./stop-channels.ts";

/** Whoever opens a channel has its answer, or has given up, after this long. */
const openingMs = 2 * 60_000;

/**
 * Stops every channel of a connection that ends. What cannot be stopped, because its name at the provider was never told, is left to end by
 * itself, and that is logged. Throws what the provider throws; calling again goes on with what is left.
 */
export async function closeChannels(runtime: Runtime, store: OrganizationStore, connection: Connection, signal: AbortSignal | undefined): Promise<void> {
  const channels = (await store.watches.list({ connectionId: connection.id })).filter((channel) => channel.expiresAt > runtime.clock.now());
  if (channels.length === 0) return;
  // From now on no notification of theirs is taken in.
  await store.watches.close(channels.map(({ id }) => id));
  if (!(await hasCredential(store, connection))) throw leftBehind(channels.length);
  const { credential } = await openCredential(runtime.vault, store, connection);
  const access = { endpoint: connection.endpoint, credential, ...(signal === undefined ? {} : { signal }) };
  const provider = findProvider(runtime, connection);
  const named = (channel: WatchChannel): string | null => {
    if (channel.resource !== null || provider.watchResource !== "calendar") return channel.resource;
    return resourceAmong(channels.filter(({ calendarId }) => calendarId === channel.calendarId));
  };
  await stopChannels(store, provider, access, channels.map((channel) => ({ id: channel.id, resource: named(channel) })));
  const unnamed = channels.filter((channel) => named(channel) === null);
  if (unnamed.some(({ createdAt }) => createdAt > runtime.clock.now() - openingMs)) {
    throw new KalendsError("network-timeout", "A watch channel is being opened; its name is not known yet");
  }
  if (unnamed.length > 0) throw leftBehind(unnamed.length);
}

function leftBehind(count: number): KalendsError {
  return new KalendsError("connection-stopped", `${count} watch channels cannot be stopped and end by themselves`);
}
