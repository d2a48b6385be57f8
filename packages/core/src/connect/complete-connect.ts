import { hostActor, KalendsError, Secret } from "@kalends/model";
import type { AccountId, CalendarProvider, ConnectAttempt, GrantedLogin, OrganizationStore, ProviderId } from "@kalends/model";
import { digestOf } from "../digest-of.ts";
import { missingScopes, providerFeatures } from "../permissions/provider-scopes.ts";
import type { Runtime } from "../runtime.ts";
import { findProvider } from "../sync/calendar-context.ts";
import { failureOf } from "../sync/failure-of.ts";
import { verifierContext } from "./begin-connect.ts";
import { connectLogin, reconnectLogin, type ConnectResult } from "./connect-login.ts";
import { readAnswer, type ConnectAnswer } from "./read-answer.ts";

/** How long the exchange of a code may take. */
const exchangeMs = 60_000;

export interface CompleteConnectInput {
  answer: ConnectAnswer;
  /** What the browser kept since `beginConnect`. */
  binding: Secret;
  /** The provider for which the address was called. */
  provider: ProviderId;
  /** The address that was called, without its query. */
  redirectUri: string;
  /** Who is logged in at the application now, where it knows that: it has to be who began. */
  accountId?: AccountId;
  /** Who connects, for the audit log. Default: the host. */
  actor?: string;
  signal?: AbortSignal;
}

/** How an attempt ended. Whichever way, it is used up. */
export type CompletedConnect = { accountId: AccountId; returnTo: string | null } & (
  | { ok: true; result: ConnectResult }
  | { ok: false; error: KalendsError }
);

/**
 * Finishes the consent flow: checks that the answer belongs to this browser's attempt and comes from the provider that was asked, exchanges
 * the code, proves the login by a real read and stores it. Throws `connect-attempt-invalid` where there is no such attempt of this browser;
 * of one that there is, every failure is told in the result. The provider is asked nothing where the answer is refused.
 */
export async function completeConnect(runtime: Runtime, store: OrganizationStore, input: CompleteConnectInput): Promise<CompletedConnect> {
  const { state } = input.answer;
  const attempt = await store.connectAttempts.take(digestOf(state), digestOf(input.binding.reveal()), runtime.clock.now());
  if (attempt === null) throw refused("it is unknown, used, expired or of another browser");
  const known = { accountId: attempt.accountId, returnTo: attempt.returnTo };
  try {
    const code = checkAnswer(attempt, input);
    return { ...known, ok: true, result: await finish(runtime, store, attempt, code, input) };
  } catch (thrown) {
    const error = failureOf(thrown, input.signal);
    runtime.logger.log("warn", "a connect attempt failed", { provider: attempt.provider, account: attempt.accountId, code: error.code });
    return { ...known, ok: false, error };
  }
}

function refused(why: string): KalendsError {
  return new KalendsError("connect-attempt-invalid", `The answer was refused: ${why}`);
}

/** The code, where everything about the answer is as it must be. */
function checkAnswer(attempt: ConnectAttempt, input: CompleteConnectInput): Secret {
  if (input.provider !== attempt.provider || input.redirectUri !== attempt.redirectUri) throw refused("it came to another address than the attempt's");
  if (input.accountId !== undefined && input.accountId !== attempt.accountId) throw refused("another account is logged in than the one that began");
  const { issuer } = input.answer;
  // Mix-up: an answer that another authorization server sent, or one that hides who sent it (RFC 9207 section 2.4, RFC 9700 section 4.4).
  if (attempt.issuer !== null && issuer !== undefined && issuer !== attempt.issuer) throw refused("it names another issuer than the provider's");
  if (attempt.issuer !== null && issuer === undefined && attempt.issuerPromised) throw refused("it names no issuer, which the provider promises");
  return readAnswer(input.answer);
}

async function finish(
  runtime: Runtime,
  store: OrganizationStore,
  attempt: ConnectAttempt,
  code: Secret,
  input: CompleteConnectInput,
): Promise<ConnectResult> {
  const provider = findProvider(runtime, attempt);
  const verifier = await runtime.vault.open(attempt.verifier, verifierContext(store.organizationId, attempt));
  const codeVerifier = new Secret(new TextDecoder().decode(verifier));
  const granted = await exchange(runtime, provider, { attempt, code, codeVerifier }, input.signal);
  requireAsked(attempt, granted);
  const { accountId, provider: id, connectionId } = attempt;
  const proof = {
    credential: granted.credential,
    ...(granted.identity === undefined ? {} : { identity: granted.identity }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    actor: input.actor ?? hostActor,
  };
  if (connectionId !== null) return reconnectLogin(runtime, store, { ...proof, connectionId, address: "" });
  return connectLogin(runtime, store, { ...proof, accountId, provider: id, address: "" });
}

async function exchange(
  runtime: Runtime,
  provider: CalendarProvider,
  { attempt, code, codeVerifier }: { attempt: ConnectAttempt; code: Secret; codeVerifier: Secret },
  signal: AbortSignal | undefined,
): Promise<GrantedLogin> {
  if (provider.exchangeCode === undefined) throw new KalendsError("provider-unknown", `The provider ${provider.id} has no page to connect by`);
  const late = new AbortController();
  const cancel = runtime.clock.setTimer(exchangeMs, () => late.abort(new KalendsError("network-timeout", "The provider did not exchange the code in time")));
  const both = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  try {
    return await provider.exchangeCode({ code, codeVerifier, redirectUri: attempt.redirectUri, signal: both });
  } finally {
    cancel();
  }
}

/** A user may untick single scopes; whoever asked for them needs to hear of it now, and a working credential must not be replaced by less. */
function requireAsked(attempt: ConnectAttempt, granted: GrantedLogin): void {
  const asked = providerFeatures.filter((feature) => missingScopes(attempt.provider, [feature], attempt.scopes).length === 0);
  const missing = missingScopes(attempt.provider, asked, granted.credential.scopes);
  if (missing.length > 0) throw new KalendsError("scope-missing", `The provider did not grant ${missing.join(", ")}`);
}
