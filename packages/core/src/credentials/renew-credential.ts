import { KalendsError, toKalendsError } from "@kalends/model";
import type { Connection, OAuthCredential, OrganizationStore, RenewRequest } from "@kalends/model";
import { openCredential, sealCredential, type OpenedCredential } from "../connect/open-credential.ts";
import type { Runtime } from "../runtime.ts";

/** How long one renewal may take before another worker takes it over. */
const leaseMs = 30_000;
/** The exchange is given up well before, so that two workers never ask with the same refresh token. */
const exchangeMs = 20_000;
const waitMs = 100;
/** So long a caller waits for a renewal of somebody else. Most take less than a second; a job goes back into the queue and leaves its place. */
const patienceMs = 3_000;
const mostStoreTries = 5;

/** Failures after which the refresh token surely never reached the provider. */
const neverArrived: readonly string[] = ["network-unreachable", "address-refused", "tls-failed", "rate-limited"];

/**
 * Renews the credential of a generation that ran out or was refused. Of all callers and processes one asks the provider; the others take
 * what it stored. The new credential is durable before anybody uses it.
 *
 * Throws `grant-revoked` where the provider says so of a refresh token that was used once only; `rotation-lost` where an earlier exchange of
 * that token was cut off before its answer was stored, so that the provider's refusal says nothing about the grant; `calendar-busy` where
 * another worker takes long about it; and what is transient.
 */
export async function renewCredential(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  refused: number,
  signal?: AbortSignal,
): Promise<OpenedCredential> {
  const name = JSON.stringify([store.organizationId, connection.id, refused]);
  const running = runtime.renewals.get(name);
  if (running !== undefined) return running;
  const renewal = renewOnce(runtime, store, connection, refused, signal).finally(() => runtime.renewals.delete(name));
  runtime.renewals.set(name, renewal);
  return renewal;
}

async function renewOnce(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  refused: number,
  signal: AbortSignal | undefined,
): Promise<OpenedCredential> {
  const { clock } = runtime;
  const giveUpAt = clock.now() + patienceMs;
  for (;;) {
    // Claiming reads the generation again under the lock: who comes second finds a newer one.
    const right = await store.credentials.claimRenewal(connection.id, refused, runtime.holder, clock.now(), leaseMs);
    const current = await openCredential(runtime.vault, store, connection);
    if (right !== null) return exchange(runtime, store, connection, { ...right, current }, signal);
    if (current.generation !== refused) return current;
    if (clock.now() >= giveUpAt) throw new KalendsError("calendar-busy", `Another worker is renewing the credential of connection ${connection.id}`);
    await clock.sleep(waitMs, signal);
  }
}

interface RenewalRight {
  token: number;
  unfinished: boolean;
  current: OpenedCredential;
}

async function exchange(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  right: RenewalRight,
  signal: AbortSignal | undefined,
): Promise<OpenedCredential> {
  const { credential, generation } = right.current;
  const { credentials } = store;
  if (credential.kind !== "oauth" || credential.refreshToken === null) {
    await credentials.releaseRenewal(connection.id, right.token, right.unfinished);
    throw new KalendsError("auth-failed", `The connection ${connection.id} has no refresh token`);
  }
  // From here on a crash leaves a trace: the token may have been used up without an answer that anybody kept.
  await credentials.beginExchange(connection.id, right.token, runtime.clock.now(), leaseMs);
  let renewed: OAuthCredential;
  try {
    renewed = await measured(runtime, connection, () => ask(runtime, connection, credential, signal));
  } catch (thrown) {
    const error = toKalendsError(thrown);
    const newer = await openCredential(runtime.vault, store, connection);
    const moved = newer.generation !== generation;
    const isAnswered = error.failure === "auth" || (neverArrived.includes(error.code) && !error.mayHaveArrived);
    await credentials.releaseRenewal(connection.id, right.token, right.unfinished || !isAnswered);
    if (moved) return newer;
    if (error.failure === "auth" && right.unfinished) {
      throw new KalendsError("rotation-lost", `A renewed token of connection ${connection.id} was lost before it was stored`, { cause: error });
    }
    throw error;
  }
  await keep(runtime, store, connection, right.token, renewed, generation);
  return { credential: renewed, generation: generation + 1 };
}

async function measured(runtime: Runtime, connection: Connection, exchange: () => Promise<OAuthCredential>): Promise<OAuthCredential> {
  const { telemetry } = runtime;
  const { provider } = connection;
  try {
    const renewed = await telemetry.span("kalends.credential.refresh", { connection: connection.id, provider }, exchange);
    telemetry.count("kalends.credential.refreshes", 1, { provider, outcome: "ok" });
    return renewed;
  } catch (thrown) {
    telemetry.count("kalends.credential.refreshes", 1, { provider, outcome: "failed", code: toKalendsError(thrown).code });
    throw thrown;
  }
}

/** Asks the provider, and never beyond the time for which the right is held. */
async function ask(runtime: Runtime, connection: Connection, credential: OAuthCredential, signal: AbortSignal | undefined): Promise<OAuthCredential> {
  const provider = runtime.providers.get(connection.provider);
  const renew = provider?.renewCredential?.bind(provider) ?? runtime.renewCredential;
  if (renew === undefined) throw new KalendsError("auth-failed", `The provider ${connection.provider} cannot renew a credential`);
  const late = new AbortController();
  const cancel = runtime.clock.setTimer(exchangeMs, () => late.abort());
  const both = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  try {
    const request: RenewRequest = { endpoint: connection.endpoint, credential, signal: both };
    const renewed = await renew(request, connection);
    // A provider that does not rotate refresh tokens sends none, and the old one stays good (RFC 6749 section 6).
    return { ...renewed, refreshToken: renewed.refreshToken ?? credential.refreshToken };
  } finally {
    cancel();
  }
}

/** The answer is all that is left of the login, so storing it is not given up at the first fault. */
async function keep(
  runtime: Runtime,
  store: OrganizationStore,
  connection: Connection,
  token: number,
  renewed: OAuthCredential,
  generation: number,
): Promise<void> {
  const sealed = await sealCredential(runtime.vault, connection, renewed, generation + 1);
  for (let tries = 1; ; tries += 1) {
    try {
      await store.credentials.finishRenewal(connection.id, token, sealed, generation);
      break;
    } catch (thrown) {
      const error = toKalendsError(thrown);
      if (error.code === "claim-lost") {
        // This process stood still for longer than its right lasted. Where nobody stored anything newer, what it holds is still the newest.
        await store.credentials.put(connection.id, sealed, generation);
        break;
      }
      if (tries === mostStoreTries || error.failure !== "transient") throw error;
      await runtime.clock.sleep(waitMs * 2 ** tries);
    }
  }
  const before = JSON.stringify(connection.grantedScopes);
  if (renewed.scopes.length > 0 && JSON.stringify(renewed.scopes) !== before) await store.directory.setGrantedScopes(connection.id, renewed.scopes);
}
