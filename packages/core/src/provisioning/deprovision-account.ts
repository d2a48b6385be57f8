import { engineActor, KalendsError } from "@kalends/model";
import type { AccountId, Connection, OrganizationStore } from "@kalends/model";
import { applicationDirectory } from "../applications/application-directory.ts";
import { tellProvider } from "../disconnect/tell-provider.ts";
import { hasCredential } from "../connect/open-credential.ts";
import type { Runtime } from "../runtime.ts";

const reason = "deprovisioned";
const leaveMs = 5_000;

/**
 * Ends everybody's right to an account, stops its connections and drops their credentials, so that nothing of it is read or shown any more.
 * What is stored stays until retention is due. May be repeated at any time: what is done already is left alone.
 */
export async function deprovisionAccount(runtime: Runtime, store: OrganizationStore, accountId: AccountId): Promise<void> {
  const { directory, jobs } = store;
  const applications = applicationDirectory(runtime, store, engineActor);
  for (const authorization of await directory.listAuthorizations(accountId)) {
    if (authorization.state === "active") await endedMeanwhile(applications.endAuthorization(authorization.id, reason));
  }
  for (const connection of await directory.listConnections(accountId)) {
    if (connection.state !== "disconnected") await directory.setConnectionState(connection.id, "suspended", null, runtime.clock.now());
    await takeLeave(runtime, store, connection);
    await store.retention.dropCredential(connection.id);
    await jobs.cancel("list-calendars", connection.id);
    for (const calendar of await directory.listCalendars({ connectionId: connection.id })) {
      await jobs.cancel("sync-calendar", calendar.id);
      await jobs.cancel("roll-window", calendar.id);
    }
  }
  runtime.signal.wake(store.organizationId);
}

/** The provider is told for as long as somebody who waits for the answer can be kept waiting; the credential goes whatever it says. */
async function takeLeave(runtime: Runtime, store: OrganizationStore, connection: Connection): Promise<void> {
  if (!(await hasCredential(store, connection))) return;
  const late = new AbortController();
  const cancel = runtime.clock.setTimer(leaveMs, () => late.abort());
  try {
    await tellProvider(runtime, store, connection, late.signal);
  } finally {
    cancel();
  }
}

/** Somebody else may end the same authorization at the same time. */
async function endedMeanwhile(ending: Promise<void>): Promise<void> {
  try {
    await ending;
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code !== "not-found") throw thrown;
  }
}
