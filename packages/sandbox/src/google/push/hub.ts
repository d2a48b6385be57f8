import type { Clock, Random } from "@kalends/model";
import { GoogleRefused } from "../google-refused.ts";
import { NotificationScript } from "./notification-script.ts";

/** An open watch channel. */
export interface OpenChannel {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  /** What it watches, such as `events/7`. */
  readonly resource: string;
  readonly project: string;
  readonly user: string;
  readonly address: string;
  readonly token: string | null;
  /** Ms since the epoch. */
  readonly expires: number;
}

/** One message to a channel's address. */
export interface Notification {
  address: string;
  /** As Google writes them. There is no body. */
  headers: Record<string, string>;
}

/** Sends a notification; resolves to the answer's status, or 0 where there was none. */
export type SendNotification = (notification: Notification) => Promise<number>;

interface Channel extends OpenChannel {
  messages: number;
}

const retried = [500, 502, 503, 504];
const retryDelays = [1_000, 5_000, 30_000];

/** The watch channels, and what they are told. */
export class Hub {
  readonly script: NotificationScript;
  /** Times a message was sent, repeats included. */
  sent = 0;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly send: SendNotification;
  private readonly channels = new Map<string, Channel>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly cancels = new Set<() => void>();
  private closed = false;

  constructor(clock: Clock, random: Random, send: SendNotification) {
    this.clock = clock;
    this.random = random;
    this.send = send;
    this.script = new NotificationScript();
  }

  /** Opens a channel and sends its first message. Refuses an id that the project used before. */
  open(channel: Omit<OpenChannel, "resourceId">): OpenChannel {
    const key = `${channel.project} ${channel.id}`;
    if (this.channels.has(key)) throw new GoogleRefused(400, { reason: "channelIdNotUnique", message: `Channel id ${channel.id} not unique` });
    const opened: Channel = { ...channel, resourceId: resourceIdOf(channel.resource), messages: 0 };
    this.channels.set(key, opened);
    this.tell(opened, "sync");
    return opened;
  }

  /** Ends a channel; `false` where there is none of that id and resource. */
  stop(project: string, id: string, resourceId: string): boolean {
    const key = `${project} ${id}`;
    const channel = this.channels.get(key);
    if (!channel || channel.resourceId !== resourceId || !this.isOpen(channel)) return false;
    return this.channels.delete(key);
  }

  /** Channels that are neither stopped nor expired. */
  openChannels(): OpenChannel[] {
    return [...this.channels.values()].filter((channel) => this.isOpen(channel));
  }

  /** Tells everybody who watches a resource that it changed. */
  changed(resource: string): void {
    for (const channel of this.channels.values()) if (channel.resource === resource && this.isOpen(channel)) this.tell(channel, "exists");
  }

  /** Tells everybody who watches a resource that it is gone. */
  dropped(resource: string): void {
    for (const channel of this.channels.values()) if (channel.resource === resource && this.isOpen(channel)) this.tell(channel, "not_exists");
  }

  /** Resolves when every message that is due was sent and answered. Messages that a script holds back for later are not waited for. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  close(): void {
    this.closed = true;
    for (const cancel of this.cancels) cancel();
    this.channels.clear();
  }

  private isOpen(channel: Channel): boolean {
    return this.clock.now() < channel.expires;
  }

  private tell(channel: Channel, resourceState: string): void {
    // Numbers grow, and not by one (guides/push).
    channel.messages += channel.messages === 0 ? 1 : 1 + Math.floor(this.random.uniform() * 1_000);
    const notification = { address: channel.address, headers: headersOf(channel, resourceState) };
    const fate = this.script.take(channel.id);
    for (let copy = 0; copy < fate.copies; copy++) this.later(fate.delayMs, () => this.deliver(notification, 0));
  }

  private deliver(notification: Notification, attempt: number): void {
    if (this.closed) return;
    this.sent++;
    const sending = this.send(notification)
      .catch(() => 0)
      .then((status) => {
        const delay = retried.includes(status) ? retryDelays[attempt] : undefined;
        if (delay !== undefined) this.later(delay, () => this.deliver(notification, attempt + 1));
      })
      .finally(() => this.underWay.delete(sending));
    this.underWay.add(sending);
  }

  private later(ms: number, run: () => void): void {
    if (ms <= 0) {
      run();
      return;
    }
    if (this.closed) return;
    const cancel = this.clock.setTimer(ms, () => {
      this.cancels.delete(cancel);
      run();
    });
    this.cancels.add(cancel);
  }
}

/** Stable for a resource, and opaque. */
function resourceIdOf(resource: string): string {
  return Buffer.from(`resource ${resource}`).toString("base64url");
}

function headersOf(channel: Channel, resourceState: string): Record<string, string> {
  return {
    "content-type": "application/json; charset=UTF-8",
    "user-agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
    "x-goog-channel-id": channel.id,
    "x-goog-channel-expiration": new Date(channel.expires).toUTCString(),
    "x-goog-resource-state": resourceState,
    "x-goog-message-number": String(channel.messages),
    "x-goog-resource-id": channel.resourceId,
    "x-goog-resource-uri": channel.resourceUri,
    ...(channel.token === null ? {} : { "x-goog-channel-token": channel.token }),
  };
}
