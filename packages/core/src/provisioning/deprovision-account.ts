import { engineActor, KalendsError } from "@kalends/model";
import type { AccountId, OrganizationStore } from "@kalends/model";
import { applicationDirectory } from "../applications/application-directory.ts";
import type { Runtime } from "../runtime.ts";

const reason = "deprovisioned";

/**
 * Ends everybody's right to an account, stops its connections and drops their credentials, so that nothing of it is read or shown any more.
 * What is stored stays until retention is due. May be repeated at any time: what is done already is left alone.
 */
export async function deprovisionAccount(runtime: Runtime, store: OrganizationStore, accountId: AccountId): Promise<void> {
  const { directory, credentials, jobs } = store;
  const applications = applicationDirectory(runtime, store, engineActor);
  for (const authorization of await directory.listAuthorizations(accountId)) {
    if (authorization.state === "active") await endedMeanwhile(applications.endAuthorization(authorization.id, reason));
  }
  for (const connection of await directory.listConnections(accountId)) {
    if (connection.state !== "disconnected") await directory.setConnectionState(connection.id, "suspended", null, runtime.clock.now());
    await credentials.remove(connection.id);
    await jobs.cancel("list-calendars", connection.id);
    for (const calendar of await directory.listCalendars({ connectionId: connection.id })) {
      await jobs.cancel("sync-calendar", calendar.id);
      await jobs.cancel("roll-window", calendar.id);
    }
  }
  runtime.signal.wake(store.organizationId);
}

/** Somebody else may end the same authorization at the same time. */
async function endedMeanwhile(ending: Promise<void>): Promise<void> {
  try {
    await ending;
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code !== "not-found") throw thrown;
  }
}
