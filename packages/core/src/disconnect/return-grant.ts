import { KalendsError } from "@kalends/model";
import type { Connection, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { revokeConnectionGrant } from "./revoke-grant.ts";

/**
 * Takes the grant of a connection that ends back at the provider. A provider knows one grant for each user and program (Google): where another
 * connection of the organization lives on the same login, revoking would end that one too, so the grant stays and only the credential
 * here goes. Throws `network-unreachable` where the provider could not be told.
 */
export async function returnGrant(runtime: Runtime, store: OrganizationStore, connection: Connection): Promise<void> {
  const others = await store.directory.listConnections();
  const isShared = others.some(({ id, provider, remoteIdentity, state }) => {
    return id !== connection.id && provider === connection.provider && remoteIdentity === connection.remoteIdentity && state === "connected";
  });
  if (isShared || (await revokeConnectionGrant(runtime, store, connection.id))) return;
  throw new KalendsError("network-unreachable", `The grant of connection ${connection.id} could not be taken back yet`);
}
