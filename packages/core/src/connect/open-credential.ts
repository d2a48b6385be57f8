import { KalendsError, Secret } from "@kalends/model";
import type { Connection, Credential, OrganizationStore, ProviderAccess, SealContext, SecretCredential, Vault } from "@kalends/model";

/** Where a connection's credential lives; bound into its seal, which is under the account's own data key. */
export function credentialContext(connection: Pick<Connection, "organizationId" | "accountId" | "id">, generation: number): SealContext {
  const { organizationId, accountId, id } = connection;
  return { organizationId, accountId, table: "credential", row: id, column: "sealed", purpose: "credential", generation };
}

/** The plain form that is sealed; it exists only between the vault and these two functions. */
type PlainCredential =
  | { kind: "password"; username: string; password: string }
  | { kind: "oauth"; accessToken: string; refreshToken: string | null; expiresAt: number | null; scopes: string[] };

function toPlain(credential: SecretCredential): PlainCredential {
  if (credential.kind === "password") return { ...credential, password: credential.password.reveal() };
  return {
    ...credential,
    accessToken: credential.accessToken.reveal(),
    refreshToken: credential.refreshToken?.reveal() ?? null,
  };
}

function fromPlain(plain: PlainCredential): SecretCredential {
  if (plain.kind === "password") return { ...plain, password: new Secret(plain.password) };
  return {
    ...plain,
    accessToken: new Secret(plain.accessToken),
    refreshToken: plain.refreshToken === null ? null : new Secret(plain.refreshToken),
  };
}

/** Seals a credential as that generation of the connection's. */
export async function sealCredential(vault: Vault, connection: Connection, credential: SecretCredential, generation: number): Promise<Uint8Array> {
  const plaintext = new TextEncoder().encode(JSON.stringify(toPlain(credential)));
  return vault.seal(plaintext, credentialContext(connection, generation));
}

/** Seals a credential and stores it as the generation after `expected`. Throws `revision-conflict` where somebody was faster. */
export async function storeCredential(
  vault: Vault,
  store: OrganizationStore,
  connectionId: string,
  credential: SecretCredential,
  expected: number,
): Promise<void> {
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  await store.credentials.put(connectionId, await sealCredential(vault, connection, credential, expected + 1), expected);
}

/**
 * Where a connection keeps whose calendars a service account opens for it. Such a connection has no credential record: there is no secret of
 * the user to keep (decision 0016).
 */
const delegatedSubject = "delegatedSubject";

/** What is stored as the endpoint of a login: what the adapter found, and the subject of delegated access. */
export function endpointOf(endpoint: Record<string, string>, credential: Credential): Record<string, string> {
  return credential.kind === "delegated" ? { ...endpoint, [delegatedSubject]: credential.subject } : endpoint;
}

/** The newest credential of a connection. `generation` 0: none is stored. */
export interface OpenedCredential {
  credential: Credential;
  generation: number;
}

/** Whether a connection can still be opened at its provider: its credential is kept, or a service account opens it without one. */
export async function hasCredential(store: OrganizationStore, connection: Pick<Connection, "id" | "endpoint">): Promise<boolean> {
  return connection.endpoint[delegatedSubject] !== undefined || (await store.credentials.get(connection.id)) !== null;
}

/** Throws `open-failed` or `not-found`. */
export async function openCredential(vault: Vault, store: OrganizationStore, connection: Connection): Promise<OpenedCredential> {
  const record = await store.credentials.get(connection.id);
  const subject = connection.endpoint[delegatedSubject];
  if (record === null && subject !== undefined) return { credential: { kind: "delegated", subject }, generation: 0 };
  if (record === null) throw new KalendsError("not-found", `The connection ${connection.id} has no credential`);
  const plaintext = await vault.open(record.sealed, credentialContext(connection, record.generation));
  return { credential: fromPlain(JSON.parse(new TextDecoder().decode(plaintext)) as PlainCredential), generation: record.generation };
}

/** A connection opened for one run. */
export interface OpenedConnection {
  access: ProviderAccess;
  /** Which credential it is: it grows with every new one. */
  generation: number;
}

/** Opens a connection for one run. Throws `connection-stopped`, `open-failed` or `not-found`. */
export async function openConnection(vault: Vault, store: OrganizationStore, connection: Connection): Promise<OpenedConnection> {
  if (connection.state !== "connected") {
    throw new KalendsError("connection-stopped", `The connection ${connection.id} is in the state ${connection.state}`);
  }
  const { credential, generation } = await openCredential(vault, store, connection);
  return { access: { endpoint: connection.endpoint, credential }, generation };
}
