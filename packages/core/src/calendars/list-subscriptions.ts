import type { CalendarSubscription, Connection, OrganizationStore } from "@kalends/model";
import { notePause, requireUnpaused } from "../connect/connection-pause.ts";
import { openAccess } from "../credentials/open-access.ts";
import type { Runtime } from "../runtime.ts";
import { findProvider } from "../sync/calendar-context.ts";
import { failureOf } from "../sync/failure-of.ts";

/** The feeds that a login follows at its provider, as it tells them now. Throws what the provider throws. */
export async function listSubscriptions(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  options: { signal?: AbortSignal } = {},
): Promise<CalendarSubscription[]> {
  const provider = findProvider(runtime, connection);
  if (provider.listSubscriptions === undefined) return [];
  requireUnpaused(connection, runtime.clock.now());
  try {
    const { access } = await openAccess(runtime, store, connection);
    return await provider.listSubscriptions({ ...access, ...options });
  } catch (thrown) {
    const error = failureOf(thrown, options.signal);
    await notePause(store, connection.id, error, runtime.clock.now());
    throw error;
  }
}
