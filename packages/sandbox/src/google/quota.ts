import type { Clock } from "@kalends/model";
import { GoogleRefused } from "./google-refused.ts";

export interface QuotaOptions {
  /** Requests in any minute. Default 10,000. */
  perProject: number;
  /** Requests of one user in any minute. Default 600. */
  perUser: number;
  /** How a refusal looks. `mixed` (default) takes turns: Google uses both for the same. */
  status: 403 | 429 | "mixed";
  /** Whether a refusal says when to come back. Default true. */
  retryAfter: boolean;
}

/** What the quotas have seen. */
export interface QuotaCounters {
  /** Requests that came, refused ones included. */
  readonly requests: number;
  readonly refused: number;
  /** Requests that came although their caller had been told to wait longer. */
  readonly insideRetryAfter: number;
  /** By user address. */
  readonly byUser: ReadonlyMap<string, number>;
  /** Most requests of the project in any window of a minute. */
  readonly peakPerMinute: number;
}

interface Window {
  /** Times of the requests that were let through, oldest first; `head` is the first that still counts. */
  times: number[];
  head: number;
  /** When a refusal was given, and until when it said to wait. */
  refusedAt: number;
  waitUntil: number;
}

const minute = 60_000;

/** Sliding windows per project, and per user and project (guides/quota). */
export class Quota implements QuotaCounters {
  options: QuotaOptions;
  requests = 0;
  refused = 0;
  insideRetryAfter = 0;
  peakPerMinute = 0;
  readonly byUser: Map<string, number> = new Map();
  private readonly clock: Clock;
  private readonly windows = new Map<string, Window>();

  constructor(clock: Clock, options: Partial<QuotaOptions> = {}) {
    this.clock = clock;
    this.options = { perProject: 10_000, perUser: 600, status: "mixed", retryAfter: true, ...options };
  }

  /** Counts a request. Throws the refusal where a window is full. `user` is what `quotaUser` names, or the user. */
  take(project: string, user: string): void {
    const now = this.clock.now();
    this.requests++;
    this.byUser.set(user, (this.byUser.get(user) ?? 0) + 1);
    const whole = this.window(project);
    const own = this.window(`${project} ${user}`);
    if ([whole, own].some((window) => now > window.refusedAt && now < window.waitUntil)) this.insideRetryAfter++;
    if (count(whole, now) >= this.options.perProject) this.refuse(whole, now, "rateLimitExceeded", "Rate Limit Exceeded");
    if (count(own, now) >= this.options.perUser) this.refuse(own, now, "userRateLimitExceeded", "User Rate Limit Exceeded");
    whole.times.push(now);
    own.times.push(now);
    this.peakPerMinute = Math.max(this.peakPerMinute, whole.times.length - whole.head);
  }

  reset(): void {
    this.windows.clear();
    this.byUser.clear();
    this.requests = this.refused = this.insideRetryAfter = this.peakPerMinute = 0;
  }

  private window(key: string): Window {
    const window = this.windows.get(key) ?? { times: [], head: 0, refusedAt: 0, waitUntil: 0 };
    this.windows.set(key, window);
    return window;
  }

  private refuse(window: Window, now: number, reason: string, message: string): never {
    this.refused++;
    const seconds = Math.max(1, Math.ceil(((window.times[window.head] ?? now) + minute - now) / 1_000));
    if (this.options.retryAfter) {
      window.refusedAt = now;
      window.waitUntil = Math.max(window.waitUntil, now + seconds * 1_000);
    }
    const status = this.options.status === "mixed" ? (this.refused % 2 === 0 ? 429 : 403) : this.options.status;
    const headers: Record<string, string> = this.options.retryAfter ? { "retry-after": String(seconds) } : {};
    throw new GoogleRefused(status, { domain: "usageLimits", reason, message, headers });
  }
}

function count(window: Window, now: number): number {
  while (window.head < window.times.length && (window.times[window.head] ?? 0) <= now - minute) window.head++;
  if (window.head > 10_000) {
    window.times.splice(0, window.head);
    window.head = 0;
  }
  return window.times.length - window.head;
}
