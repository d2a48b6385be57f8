import type { OrganizationId } from "@kalends/model";
import { Secret } from "@kalends/model";

/** What a browser keeps while its user is at the provider. One cookie for each attempt, so that two tabs do not spoil each other's. */
export interface BrowserAttempt {
  organizationId: OrganizationId;
  binding: Secret;
}

const lifeSeconds = 600;

/**
 * `__Host-` binds the cookie to this host and to https (draft-ietf-httpbis-rfc6265bis section 4.1.3.2); a browser drops it on plain http,
 * which only development on a loopback name has.
 */
function nameOf(attempt: string, secure: boolean): string {
  return `${secure ? "__Host-" : ""}kalends-connect-${attempt.slice(0, 16)}`;
}

function cookieOf(name: string, value: string, maxAge: number, secure: boolean): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

export function attemptCookie(attempt: string, kept: BrowserAttempt, secure: boolean): string {
  const organization = Buffer.from(kept.organizationId, "utf8").toString("base64url");
  return cookieOf(nameOf(attempt, secure), `${organization}.${kept.binding.reveal()}`, lifeSeconds, secure);
}

export function forgetCookie(attempt: string, secure: boolean): string {
  return cookieOf(nameOf(attempt, secure), "", 0, secure);
}

/** What this browser kept of the attempt; `null` where it began none of that state. */
export function readAttemptCookie(header: string | null, attempt: string, secure: boolean): BrowserAttempt | null {
  const name = nameOf(attempt, secure);
  const values = (header ?? "").split(";").map((part) => part.trim()).filter((part) => part.startsWith(`${name}=`));
  // Twice: somebody else could have set one of them.
  const [, organization, binding] = values.length === 1 ? (/=([A-Za-z0-9_-]{1,700})\.([A-Za-z0-9_-]{43})$/.exec(values[0] ?? "") ?? []) : [];
  if (organization === undefined || binding === undefined) return null;
  return { organizationId: Buffer.from(organization, "base64url").toString("utf8"), binding: new Secret(binding) };
}
