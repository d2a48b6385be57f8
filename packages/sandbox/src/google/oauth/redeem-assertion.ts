import { createPublicKey, verify } from "node:crypto";
import type { GoogleState, ServiceAccountState } from "../google-state.ts";
import { OAuthRefused } from "./oauth-refused.ts";
import { readScopes } from "./scopes.ts";

/**
 * A token for a service account's assertion (RFC 7523 section 3). With `sub`, the account acts as a user of a domain that delegated the
 * scopes to it; otherwise it is refused with `unauthorized_client`.
 */
export function redeemAssertion(state: GoogleState, assertion: string): string {
  const { claims, account } = readAssertion(state, assertion);
  const now = state.clock.now() / 1_000;
  const issued = Number(claims["iat"]);
  const expires = Number(claims["exp"]);
  if (claims["aud"] !== `${state.origin}/token`) throw new OAuthRefused("invalid_grant", "Invalid JWT: Failed audience check.");
  if (!(issued <= now + 300 && expires > now && expires <= issued + 3_600)) {
    throw new OAuthRefused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.");
  }
  const scopes = readScopes(typeof claims["scope"] === "string" ? claims["scope"] : "");
  if (scopes.length === 0) throw new OAuthRefused("invalid_scope", "Empty or missing scope not allowed.");
  const { sub } = claims;
  if (typeof sub !== "string" || sub === account.email) return state.tokens.issueForService(account.clientId, account.email, new Set(scopes));
  const user = state.users.get(sub);
  if (!user) throw new OAuthRefused("invalid_grant", "Invalid email or User ID");
  const delegated = account.delegations.get(user.hostedDomain ?? "");
  if (!delegated || !scopes.every((scope) => delegated.has(scope))) {
    throw new OAuthRefused("unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.", 401);
  }
  return state.tokens.issueForService(account.clientId, user.email, new Set(scopes));
}

function readAssertion(state: GoogleState, assertion: string): { claims: Record<string, unknown>; account: ServiceAccountState } {
  const [head = "", body = "", signature = ""] = assertion.split(".");
  const header = decode(head);
  const claims = decode(body);
  const account = state.serviceAccounts.get(String(claims["iss"]));
  if (!account) throw new OAuthRefused("invalid_grant", "Invalid grant: account not found");
  const signed = header["alg"] === "RS256" && verify("sha256", Buffer.from(`${head}.${body}`), createPublicKey(account.publicKey), Buffer.from(signature, "base64url"));
  if (!signed) throw new OAuthRefused("invalid_grant", "Invalid JWT Signature.");
  return { claims, account };
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below like any other part that is no object.
  }
  throw new OAuthRefused("invalid_grant", "Invalid JWT: not a token.");
}
