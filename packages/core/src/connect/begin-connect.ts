import { createHash } from "node:crypto";
import { KalendsError, Secret } from "@kalends/model";
import type { AccountId, ConnectAttempt, ConnectionId, OrganizationStore, ProviderId, SealContext } from "@kalends/model";
import { digestOf } from "../digest-of.ts";
import { featuresOf, planProviderScopes, type ProviderFeature } from "../permissions/provider-scopes.ts";
import { readAccess } from "../permissions/read-access.ts";
import type { Runtime } from "../runtime.ts";
import { findProvider } from "../sync/calendar-context.ts";

/** How long a user may take on the provider's page. */
export const attemptMs: number = 10 * 60_000;
const secretBytes = 32;
const longestText = 2_048;

export interface BeginConnectInput {
  accountId: AccountId;
  provider: ProviderId;
  /** Where the provider sends the browser back: an address that is registered there, character by character. One for each provider. */
  redirectUri: string;
  /** What the application wants to do; the fewest scopes are asked for. Default: what the account's authorizations need. */
  features?: readonly ProviderFeature[];
  /** Scopes to ask for, instead of those that follow from the features. */
  scopes?: readonly string[];
  /** Mends this connection in place: the user has to log in with the same login. */
  connectionId?: ConnectionId;
  /** Which login to offer on the provider's page. Default: the label of the connection that is mended. */
  loginHint?: string;
  /** Handed back by `completeConnect`. Check it against your own list before it comes here. */
  returnTo?: string;
}

/** A user who is about to be sent to the provider's page. */
export interface BegunConnect {
  /** Send the browser there. */
  url: string;
  /** Names the attempt: the digest of its state. No secret. */
  attempt: string;
  /** Keep it in the browser (a cookie that is HttpOnly, Secure, SameSite=Lax) and hand it to `completeConnect`. */
  binding: Secret;
  /** ISO 8601 instant, ten minutes ahead. */
  expiresAt: string;
}

/** Where an attempt's code verifier lives; bound into its seal. */
export function verifierContext(organizationId: string, attempt: Pick<ConnectAttempt, "accountId" | "stateDigest">): SealContext {
  const { accountId, stateDigest } = attempt;
  return { organizationId, accountId, table: "connect_attempt", row: stateDigest, column: "verifier", purpose: "connect", generation: 0 };
}

/**
 * Begins the provider's consent flow (OAuth authorization code with PKCE S256). Writes the attempt down and returns where to send the
 * browser. Throws `not-found` for an unknown account, or a connection that is not this account's at this provider; `provider-unknown`
 * where the provider has no consent page; `invalid-argument`.
 */
export async function beginConnect(runtime: Runtime, store: OrganizationStore, input: BeginConnectInput): Promise<BegunConnect> {
  const provider = findProvider(runtime, input);
  if (provider.authorizationUrl === undefined) throw new KalendsError("provider-unknown", `The provider ${input.provider} has no page to connect by`);
  checkTexts(input);
  const { clock, random, vault } = runtime;
  if ((await store.directory.findAccount(input.accountId)) === null) throw new KalendsError("not-found", `There is no account ${input.accountId}`);
  const label = input.connectionId === undefined ? undefined : await labelOf(store, input, input.connectionId);
  const [state, binding, verifier] = [0, 1, 2].map(() => Buffer.from(random.bytes(secretBytes)).toString("base64url")) as [string, string, string];
  const scopes = input.scopes ?? planProviderScopes(input.provider, input.features ?? (await neededFeatures(runtime, store, input.accountId)));
  const loginHint = input.loginHint ?? label;
  const address = provider.authorizationUrl({
    redirectUri: input.redirectUri,
    state,
    codeChallenge: createHash("sha256").update(verifier, "ascii").digest("base64url"),
    scopes,
    ...(loginHint === undefined ? {} : { loginHint }),
  });
  const now = clock.now();
  const names = { accountId: input.accountId, stateDigest: digestOf(state) };
  await store.connectAttempts.add({
    ...names,
    bindingDigest: digestOf(binding),
    provider: input.provider,
    redirectUri: input.redirectUri,
    scopes: [...scopes],
    issuer: address.issuer,
    issuerPromised: address.issuerPromised,
    connectionId: input.connectionId ?? null,
    returnTo: input.returnTo ?? null,
    verifier: await vault.seal(new TextEncoder().encode(verifier), verifierContext(store.organizationId, names)),
    createdAt: now,
    expiresAt: now + attemptMs,
  });
  return { url: address.url, attempt: names.stateDigest, binding: new Secret(binding), expiresAt: new Date(now + attemptMs).toISOString() };
}

function checkTexts({ redirectUri, returnTo, loginHint, scopes = [] }: BeginConnectInput): void {
  const isShort = (text: unknown): boolean => typeof text === "string" && text.length > 0 && text.length <= longestText;
  if (!isShort(redirectUri) || !URL.canParse(redirectUri) || redirectUri.includes("#")) {
    throw new KalendsError("invalid-argument", "`redirectUri` must be a whole address without a fragment");
  }
  if (returnTo !== undefined && !isShort(returnTo)) throw new KalendsError("invalid-argument", `\`returnTo\` has 1 to ${longestText} characters`);
  if (loginHint !== undefined && !isShort(loginHint)) throw new KalendsError("invalid-argument", `\`loginHint\` has 1 to ${longestText} characters`);
  // RFC 6749 section 3.3.
  if (!scopes.every((scope) => /^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/.test(scope))) throw new KalendsError("invalid-argument", "`scopes` holds something that is no scope");
}

/** A connection of another account, or at another provider, is as unknown as one that never was. */
async function labelOf(store: OrganizationStore, input: BeginConnectInput, id: ConnectionId): Promise<string> {
  const connection = await store.directory.findConnection(id);
  const fits = connection !== null && connection.accountId === input.accountId && connection.provider === input.provider;
  if (!fits) throw new KalendsError("not-found", `There is no connection ${id}`);
  return connection.label;
}

async function neededFeatures(runtime: Runtime, store: OrganizationStore, accountId: AccountId): Promise<ProviderFeature[]> {
  const { needs } = await readAccess(store, accountId, runtime.clock.now());
  return ["know-login", ...(needs === null ? (["list-calendars", "read-events"] as const) : featuresOf(needs))];
}
