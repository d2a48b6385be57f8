import type { WatchChannel } from "@kalends/model";
import type { EngineSettings } from "../settings.ts";

export interface WatchesInput {
  /** All channels that are written down for one calendar, or for one connection's list. */
  channels: readonly WatchChannel[];
  /** It should be watched now. */
  wanted: boolean;
  /** One channel's resource is that of all of them. See `CalendarProvider.watchResource`. */
  sharedResource: boolean;
  now: number;
  settings: Pick<EngineSettings, "watchRenewBeforeMs">;
}

/** What is to be done about the channels of one calendar or list. */
export interface WatchesPlan {
  /** Ended by themselves: nothing is left at the provider. */
  forget: string[];
  /** Not to be believed any more from now on, and to be stopped at the provider. */
  close: string[];
  /** A new channel is needed. It is opened before an old one is closed, so that no change falls between the two. */
  open: boolean;
  /** To be stopped at the provider now, those of `close` among them; `resource` is `null` where nobody knows the provider's name of it. */
  stop: { id: string; resource: string | null }[];
  /** When the channels want to be looked at again, ms since the epoch; `null`: there are none. */
  nextAt: number | null;
}

/** When a channel is replaced: some time before its end, and never later than after three quarters of its life. */
export function renewalOf(channel: Pick<WatchChannel, "createdAt" | "expiresAt">, { watchRenewBeforeMs }: Pick<EngineSettings, "watchRenewBeforeMs">): number {
  const quarter = (channel.expiresAt - channel.createdAt) / 4;
  return Math.floor(channel.expiresAt - Math.min(watchRenewBeforeMs, quarter));
}

/**
 * Compares the channels written down with what should be. Pure. A channel in the state `opening` belongs to nobody when this is asked: its
 * opening broke off, and the provider may hold it. It is stopped like one that is too many.
 */
export function planWatches({ channels, wanted, sharedResource, now, settings }: WatchesInput): WatchesPlan {
  const living = channels.filter(({ expiresAt }) => expiresAt > now);
  const open = living.filter(({ state }) => state === "open").sort((one, other) => one.expiresAt - other.expiresAt);
  const best = wanted ? (open.at(-1) ?? null) : null;
  const opens = wanted && (best === null || renewalOf(best, settings) <= now);
  const ending = living.filter((channel) => channel !== best);
  const stop = ending.map(({ id, resource }) => ({ id, resource: resource ?? (sharedResource ? resourceAmong(channels) : null) }));
  // One that cannot be stopped for want of its name ends by itself.
  const ends = ending.filter((_channel, at) => stop[at]?.resource === null).map(({ expiresAt }) => expiresAt);
  const renewal = best === null || opens ? [] : [renewalOf(best, settings)];
  const times = [...ends, ...renewal];
  return {
    forget: channels.filter(({ expiresAt }) => expiresAt <= now).map(({ id }) => id),
    close: ending.filter(({ state }) => state !== "closing").map(({ id }) => id),
    open: opens,
    stop,
    nextAt: times.length === 0 ? null : Math.min(...times),
  };
}

/** What a channel of the same calendar was told; for one whose own answer was lost. */
export function resourceAmong(channels: readonly WatchChannel[]): string | null {
  return channels.find(({ resource }) => resource !== null)?.resource ?? null;
}
