import { KalendsError } from "@kalends/model";
import type { GoogleState } from "./google-state.ts";
import { makeSigningKey } from "./oauth/signing-key.ts";

export interface ServiceAccountOptions {
  /** Address of the service account. */
  email: string;
  /** What quotas count by. Default `sandbox`. */
  project?: string;
  /** Domains whose administrators delegated scopes to it. */
  delegations?: { domain: string; scopes: readonly string[] }[];
}

/** What the key file of a service account holds, field for field. */
export interface ServiceAccountKey {
  type: "service_account";
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  client_id: string;
  token_uri: string;
}

/** Makes a service account with a new key. */
export function addServiceAccount(state: GoogleState, options: ServiceAccountOptions): ServiceAccountKey {
  const { email, project = "sandbox", delegations = [] } = options;
  if (state.serviceAccounts.has(email)) throw new KalendsError("already-exists", "The sandbox has a service account of that address");
  const serial = state.nextSerial();
  const key = makeSigningKey(`service-${serial}`);
  const privateKey = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const clientId = String(200_000_000_000 + serial);
  state.serviceAccounts.set(email, {
    ...{ email, clientId, project, privateKey, keyId: key.id },
    publicKey: key.publicKey.export({ type: "spki", format: "pem" }).toString(),
    delegations: new Map(delegations.map(({ domain, scopes }) => [domain, new Set(scopes)])),
  });
  return {
    type: "service_account",
    project_id: project,
    private_key_id: key.id,
    private_key: privateKey,
    client_email: email,
    client_id: clientId,
    token_uri: `${state.origin}/token`,
  };
}
