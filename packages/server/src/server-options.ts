import type { Engine, ProviderFeature } from "@kalends/core";
import { KalendsError, type AccountId, type Logger, type OrganizationId } from "@kalends/model";

/** What the handlers use of an engine; `createEngine` and `createKalends` both give it. */
export type ServerEngine = Pick<Engine, "findOrganization" | "receiveNotification">;

/** Whom the application knows the sender of a request to be. */
export interface Visitor {
  organizationId: OrganizationId;
  accountId: AccountId;
  /** Named in the audit log. Default: the host. */
  actor?: string;
  /** Which login to offer on the provider's page, such as the e-mail address that you know. A connection that is mended offers its own. */
  loginHint?: string;
}

export interface ServerOptions {
  engine: ServerEngine;
  /**
   * Where the handlers are reached from outside: `https://app.example/calendars`. Callback addresses are made from it and from nothing that a
   * request says of itself. Plain http is for loopback names only.
   */
  baseUrl: string;
  /**
   * Whose request it is, by the application's own session; `null`: nobody is logged in. Asked when connecting begins, and again at the
   * callback: where it names somebody then, it has to be the same account. (A session cookie with SameSite=Strict is not sent there.)
   */
  whoIsIt(request: Request): Promise<Visitor | null> | Visitor | null;
  /** Whole addresses to which a user may be sent after connecting, compared character by character. Default: a page of Kalends' own. */
  returnAddresses?: readonly string[];
  /** What the application wants to do at the provider. Default: what the account's authorizations need. */
  features?: readonly ProviderFeature[];
  /** Largest body of a notification in bytes. Default 262,144. */
  mostBodyBytes?: number;
  logger?: Logger;
}

const loopback: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** `baseUrl` without a slash at its end. Throws `invalid-argument`. */
export function readBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && loopback.includes(url.hostname));
  if (url === null || !isSafe || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    throw new KalendsError("invalid-argument", "`baseUrl` must be an https address without query, fragment and login; plain http only on this machine");
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}
