import { Secret } from "@kalends/model";
import type { Connection, ErasureGrant, OAuthCredential, OrganizationId, OrganizationStore, SealContext } from "@kalends/model";
import { revokeGrant } from "../disconnect/revoke-grant.ts";
import type { Runtime } from "../runtime.ts";

function contextOf(organizationId: OrganizationId, erasureId: string, connectionId: string): SealContext {
  return { organizationId, table: "erasure_grant", row: `${erasureId}/${connectionId}`, column: "sealed", purpose: "credential", generation: 0 };
}

interface PlainGrant {
  endpoint: Record<string, string>;
  accessToken: string;
  refreshToken: string | null;
  expiresAt: number | null;
  scopes: string[];
}

export async function sealGrant(
  runtime: Runtime,
  organizationId: OrganizationId,
  erasureId: string,
  connection: Connection,
  credential: OAuthCredential,
): Promise<ErasureGrant> {
  const { accessToken, refreshToken, expiresAt, scopes } = credential;
  const plain: PlainGrant = {
    endpoint: connection.endpoint, accessToken: accessToken.reveal(), refreshToken: refreshToken?.reveal() ?? null, expiresAt, scopes,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(plain));
  const sealed = await runtime.vault.seal(bytes, contextOf(organizationId, erasureId, connection.id));
  return { connectionId: connection.id, provider: connection.provider, sealed };
}

/** Takes back the grants of an erasure that no provider has confirmed yet; returns how many are left. */
export async function revokeErasedGrants(runtime: Runtime, store: OrganizationStore, erasureId: string): Promise<number> {
  let left = 0;
  for (const { connectionId, provider, sealed } of await store.erasures.grants(erasureId)) {
    const opened = await runtime.vault.open(sealed, contextOf(store.organizationId, erasureId, connectionId));
    const { endpoint, accessToken, refreshToken, expiresAt, scopes } = JSON.parse(new TextDecoder().decode(opened)) as PlainGrant;
    const secret = refreshToken === null ? null : new Secret(refreshToken);
    const credential: OAuthCredential = { kind: "oauth", accessToken: new Secret(accessToken), refreshToken: secret, expiresAt, scopes };
    if (await revokeGrant(runtime, { provider, endpoint, credential })) await store.erasures.dropGrant(erasureId, connectionId);
    else left += 1;
  }
  return left;
}
