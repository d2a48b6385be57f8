import { KalendsError } from "@kalends/model";
import type { Clock, ConnectionId } from "@kalends/model";

/**
 * Remembers which connections were told to slow down, so that no calendar of them sends a request inside a Retry-After.
 * Kept in memory: after a restart the first answer of the provider tells it again.
 */
export interface ConnectionPauses {
  note(connectionId: ConnectionId, error: KalendsError): void;
  /** Throws `rate-limited` with the time left while the connection is paused. */
  check(connectionId: ConnectionId): void;
}

export function createConnectionPauses(clock: Clock): ConnectionPauses {
  const until = new Map<ConnectionId, number>();
  return {
    note: (connectionId, error) => {
      if (error.failure !== "rate-limited" || error.retryAfterMs === undefined) return;
      until.set(connectionId, Math.max(until.get(connectionId) ?? 0, clock.now() + error.retryAfterMs));
    },
    check: (connectionId) => {
      const left = (until.get(connectionId) ?? 0) - clock.now();
      if (left > 0) throw new KalendsError("rate-limited", "The provider asked this connection to slow down", { retryAfterMs: left });
      until.delete(connectionId);
    },
  };
}
