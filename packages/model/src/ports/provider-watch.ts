import type { RemoteKey } from "../ids.ts";
import type { Secret } from "../secret.ts";

/** A wish to be told of changes. */
export interface WatchRequest {
  /** Ours, new for every request: 1 to 64 characters of `A-Z a-z 0-9 - _`. */
  channelId: string;
  /** Comes back with every notification: Google's channel token, Graph's clientState. At most 128 characters. */
  token: Secret;
  /** Where notifications go, over https. */
  address: string;
  /** How long it is wished to last, ms since the epoch; a provider may grant less. */
  expiresAt: number;
}

export interface CalendarWatchRequest extends WatchRequest {
  calendar: { remoteKey: RemoteKey; hints: Readonly<Record<string, string>> };
}

/** A subscription as the provider has it. */
export interface OpenedWatch {
  /** The provider's own name of it, needed to stop it: Google's resource id, Graph's subscription id. No secret. */
  resource: string;
  /** When the provider ends it by itself, ms since the epoch. */
  expiresAt: number;
}

export interface UnwatchRequest {
  channelId: string;
  resource: string;
}

/** A request that came in at the address of a watch, as it is: nothing of it is trusted. */
export interface InboundNotification {
  method: string;
  /** Names in lower case; a header that came twice holds both values, joined by a comma and a blank. */
  headers: ReadonlyMap<string, string>;
  query: ReadonlyMap<string, string>;
  /** Never more than the receiver's limit. */
  body: Uint8Array;
}

/** One hint out of a notification: something happened, go and look. It carries no data into the calendar. */
export interface NotificationHint {
  channelId: string;
  /** What the sender claims the token to be; the receiver compares it. */
  token: Secret;
  /** The provider's name of the subscription, where the notification has it. */
  resource: string | null;
  /**
   * - `opened`: the channel works, nothing changed (Google's `sync`).
   * - `changed`: something changed, or notifications were missed.
   * - `ended`: the provider ended the subscription.
   */
  event: "opened" | "changed" | "ended";
}

/** What an adapter makes of a notification. Pure: it knows no channel and compares no token. */
export type NotificationReading =
  | {
      kind: "hints";
      hints: NotificationHint[];
      /** Status for a notification of which no hint belongs to a channel. Some providers take a refusal for an outage. Default 404. */
      refusal?: number;
    }
  /** A handshake: the provider asks whether the address is ours. Sent as plain text, and only while a channel is being opened. */
  | { kind: "echo"; text: string }
  /** Not a notification of this provider. */
  | { kind: "malformed" };
