import { KalendsError, Secret, type SealContext, type SecretCredential, type Vault } from "@kalends/model";
import { openFailed } from "./open-failed.ts";

/** What stands inside the seal. Later versions read it too, so fields are only ever added. */
type StoredCredential =
  | { kind: "password"; username: string; password: string }
  | { kind: "oauth"; accessToken: string; refreshToken: string | null; expiresAt: number | null; scopes: string[] };

function toStored(credential: SecretCredential): StoredCredential {
  if (credential.kind === "password") {
    return { kind: "password", username: credential.username, password: credential.password.reveal() };
  }
  const { accessToken, refreshToken, expiresAt, scopes } = credential;
  return { kind: "oauth", accessToken: accessToken.reveal(), refreshToken: refreshToken?.reveal() ?? null, expiresAt, scopes };
}

/** Seals a credential for storage. The only place where its secrets are written out. */
export async function sealCredential(vault: Vault, credential: SecretCredential, context: SealContext): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(JSON.stringify(toStored(credential)));
  try {
    return await vault.seal(bytes, context);
  } finally {
    bytes.fill(0);
  }
}

/** Opens what `sealCredential` sealed. Throws `open-failed`, `envelope-unknown`. */
export async function openCredential(vault: Vault, sealed: Uint8Array, context: SealContext): Promise<SecretCredential> {
  const bytes = await vault.open(sealed, context);
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's message would quote the text; it must not become a cause.
    throw openFailed();
  } finally {
    bytes.fill(0);
  }
  return fromStored(stored);
}

function fromStored(stored: unknown): SecretCredential {
  const value = (typeof stored === "object" && stored !== null ? stored : {}) as Record<string, unknown>;
  const { kind, username, password, accessToken, refreshToken, expiresAt, scopes } = value;
  if (kind === "password" && typeof username === "string" && typeof password === "string") {
    return { kind, username, password: new Secret(password) };
  }
  const datesFit = expiresAt === null || typeof expiresAt === "number";
  const scopesFit = Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string");
  const refreshFits = refreshToken === null || typeof refreshToken === "string";
  if (kind === "oauth" && typeof accessToken === "string" && refreshFits && datesFit && scopesFit) {
    const refresh = refreshToken === null ? null : new Secret(refreshToken);
    return { kind, accessToken: new Secret(accessToken), refreshToken: refresh, expiresAt, scopes: scopes as string[] };
  }
  throw new KalendsError("envelope-unknown", "A sealed credential has a form that this version does not know");
}
