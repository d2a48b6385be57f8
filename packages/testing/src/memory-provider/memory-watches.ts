import { KalendsError, Secret } from "@kalends/model";
import type { InboundNotification, NotificationReading, OpenedWatch, RemoteKey, UnwatchRequest, WatchRequest } from "@kalends/model";

/** A channel that the memory provider holds. */
export interface MemoryChannel {
  channelId: string;
  token: string;
  address: string;
  /** `null`: the list of calendars. */
  calendar: RemoteKey | null;
  resource: string;
  expiresAt: number;
}

/** One notification on its way: the test delivers it, late, twice or not at all. */
export interface MemoryNotification {
  address: string;
  notification: InboundNotification;
}

export const memoryHeaders = { channel: "x-memory-channel", token: "x-memory-token", resource: "x-memory-resource", event: "x-memory-event" } as const;

const events = ["opened", "changed", "ended"] as const;

/** Watch channels of the memory provider, which end by themselves at their time. Nothing is posted: `notify` says what would be. */
export class MemoryWatches {
  /** Fails the next calls that open or close a channel, one each: before the provider did it, or after (its answer is lost). */
  readonly faults: { at: "before" | "after"; error: KalendsError }[] = [];
  /** The longest that a channel lasts. */
  longestMs: number = 7 * 86_400_000;
  /** How often a channel was asked for. */
  opened = 0;
  readonly #channels: Map<string, MemoryChannel> = new Map();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Channels that have not ended by themselves. */
  get open(): MemoryChannel[] {
    return [...this.#channels.values()].filter(({ expiresAt }) => expiresAt > this.#now());
  }

  async watch(calendar: RemoteKey | null, request: WatchRequest): Promise<OpenedWatch> {
    this.opened += 1;
    const lost = this.#fault();
    if (this.#channels.has(request.channelId)) throw new KalendsError("already-exists", "That channel id was used");
    const resource = `resource of ${calendar ?? "the list"}`;
    const expiresAt = Math.min(request.expiresAt, this.#now() + this.longestMs);
    const { channelId, token, address } = request;
    this.#channels.set(channelId, { channelId, token: token.reveal(), address, calendar, resource, expiresAt });
    if (lost !== null) throw lost;
    return { resource, expiresAt };
  }

  async unwatch({ channelId, resource }: UnwatchRequest): Promise<void> {
    const lost = this.#fault();
    if (this.#channels.get(channelId)?.resource === resource) this.#channels.delete(channelId);
    if (lost !== null) throw lost;
  }

  /** What the provider would send because the calendar (`null`: the list) changed. */
  notify(calendar: RemoteKey | null, event: (typeof events)[number] = "changed"): MemoryNotification[] {
    return this.open
      .filter((channel) => channel.calendar === calendar)
      .map((channel) => {
        const { channelId, token, resource, address } = channel;
        const headers = new Map<string, string>([
          [memoryHeaders.channel, channelId], [memoryHeaders.token, token], [memoryHeaders.resource, resource], [memoryHeaders.event, event],
        ]);
        return { address, notification: { method: "POST", headers, query: new Map(), body: new Uint8Array() } };
      });
  }

  #fault(): KalendsError | null {
    const fault = this.faults.shift();
    if (fault?.at === "before") throw fault.error;
    return fault?.error ?? null;
  }
}

/** A query `echo=...` asks for a handshake, as Graph's `validationToken` does. */
export function readMemoryNotification({ method, headers, query }: InboundNotification): NotificationReading {
  const echo = query.get("echo");
  if (echo !== undefined) return { kind: "echo", text: echo };
  const [channelId, token, event] = [headers.get(memoryHeaders.channel), headers.get(memoryHeaders.token), headers.get(memoryHeaders.event)];
  const known = events.find((one) => one === event);
  if (method !== "POST" || channelId === undefined || token === undefined || known === undefined) return { kind: "malformed" };
  return { kind: "hints", hints: [{ channelId, token: new Secret(token), resource: headers.get(memoryHeaders.resource) ?? null, event: known }] };
}
