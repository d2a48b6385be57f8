import type { ConnectionId, KalendsError, NewAlert, OrganizationStore } from "@kalends/model";

/**
 * Makes a connection wait for its user because the provider refused its credential of that generation. Where the user has connected
 * again meanwhile, the refusal speaks of the old credential and changes nothing.
 */
export async function refuseLogin(
  store: OrganizationStore,
  refused: { connectionId: ConnectionId; generation: number },
  error: KalendsError,
  alert: NewAlert,
  now: number,
  dropsRefused: boolean,
): Promise<void> {
  const { directory, credentials } = store;
  const isCurrent = async (): Promise<boolean> => ((await credentials.get(refused.connectionId))?.generation ?? 0) === refused.generation;
  const connection = await directory.findConnection(refused.connectionId);
  if (connection?.state !== "connected" || !(await isCurrent())) return;
  await directory.setConnectionState(refused.connectionId, "needs-reauth", error.code, now, { alert });
  // A void grant opens nothing any more, so nothing of it is kept; where the policy waits, its runner removes it.
  if (error.code === "grant-revoked" && dropsRefused && (await store.retention.dropCredential(refused.connectionId, refused.generation))) return;
  // A new credential is stored before its connection is set to `connected`: one that came in between must not stay stopped.
  if (!(await isCurrent())) await directory.setConnectionState(refused.connectionId, "connected", null, now);
}
