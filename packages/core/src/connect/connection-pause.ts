import { KalendsError } from "@kalends/model";
import type { Connection, ConnectionId, OrganizationStore } from "@kalends/model";

/** Notes a provider's Retry-After with the connection, so that no calendar of it, no other worker and no next start sends inside it. */
export async function notePause(store: OrganizationStore, connectionId: ConnectionId, error: KalendsError, now: number): Promise<void> {
  // The budget is everybody's: it says nothing about this connection.
  if (error.code === "budget-spent") return;
  if (error.failure !== "rate-limited" || error.retryAfterMs === undefined) return;
  await store.directory.pauseConnection(connectionId, now + error.retryAfterMs);
}

/** Throws `rate-limited` with the time left while the connection is paused. */
export function requireUnpaused(connection: Connection, now: number): void {
  const left = (connection.pausedUntil ?? 0) - now;
  if (left > 0) throw new KalendsError("rate-limited", "The provider asked this connection to slow down", { retryAfterMs: left });
}
