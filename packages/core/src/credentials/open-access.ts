import type { Connection, Credential, OrganizationStore, Vault } from "@kalends/model";
import { openConnection, type OpenedConnection, type OpenedCredential } from "../connect/open-credential.ts";
import type { Runtime } from "../runtime.ts";
import { renewCredential } from "./renew-credential.ts";

function isSame(one: Credential, other: Credential): boolean {
  return one.kind === "oauth" && other.kind === "oauth" && one.accessToken.reveal() === other.accessToken.reveal();
}

/**
 * Opens a connection for one run; an OAuth credential comes with the way to renew it. Throws what `openConnection` throws. `vault`: of the piece of
 * work that opens it.
 */
export async function openAccess(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  vault: Vault = runtime.vault,
): Promise<OpenedConnection> {
  const opened = await openConnection(vault, store, connection);
  const { credential } = opened.access;
  if (credential.kind !== "oauth" || credential.refreshToken === null) return opened;
  let current: OpenedCredential = { credential, generation: opened.generation };
  const renew = async (refused: Credential): Promise<Credential> => {
    // Another call of this run may have renewed it already.
    if (isSame(refused, current.credential)) current = await renewCredential(runtime, store, connection, current.generation, opened.access.signal);
    return current.credential;
  };
  return { ...opened, access: { ...opened.access, renew } };
}
