import { toKalendsError } from "@kalends/model";
import type { ConnectionId, Credential, OrganizationStore, ProviderId } from "@kalends/model";
import { openCredential } from "../connect/open-credential.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Takes a grant back at its provider. `false`: the provider could not be reached, try again. A grant that is void already is a success, and so
 * is a provider that cannot be told: an app-specific password, say, only its owner can take back.
 */
export async function revokeGrant(
  runtime: Runtime,
  grant: { provider: ProviderId; endpoint: Record<string, string>; credential: Credential },
): Promise<boolean> {
  const provider = runtime.providers.get(grant.provider);
  const { credential, endpoint } = grant;
  if (provider?.revokeGrant === undefined || credential.kind !== "oauth") return true;
  try {
    await provider.revokeGrant({ endpoint, credential });
    return true;
  } catch (thrown) {
    const error = toKalendsError(thrown);
    if (error.failure === "auth") return true;
    runtime.logger.log("warn", "a grant could not be taken back yet", { provider: grant.provider, code: error.code });
    return false;
  }
}

/** Takes back the grant of a connection, where it has one. `false`: the provider could not be reached, try again. */
export async function revokeConnectionGrant(runtime: Runtime, store: OrganizationStore, connectionId: ConnectionId): Promise<boolean> {
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null || (await store.credentials.get(connectionId)) === null) return true;
  const { credential } = await openCredential(runtime.vault, store, connection);
  const { provider, endpoint } = connection;
  return revokeGrant(runtime, { provider, endpoint, credential });
}
