import { createServer, nodeHandler, type ServerEngine } from "@kalends/server";
import type { ConnectDesk } from "./connect-desk.ts";

const cookieName = "free-busy-person";

/** A desk with the address that providers send people back to. */
export interface KalendsDesk extends ConnectDesk {
  /** To register at the provider as redirect address. */
  callbackOf(provider: string): string;
}

export interface KalendsDeskOptions {
  /** The organization that the people belong to. Default `default`. */
  organization?: string;
  /** Which login to offer on the provider's page to the person of this account. */
  loginOf?: (accountId: string) => string | undefined;
}

/**
 * Connects people of a Kalends instance through @kalends/server. Your own application knows from its session who somebody is; this page has
 * no login, so a cookie remembers whose card the button was on.
 */
export function kalendsDesk(engine: ServerEngine, pageUrl: string, { organization = "default", loginOf }: KalendsDeskOptions = {}): KalendsDesk {
  const server = createServer({
    engine,
    baseUrl: `${pageUrl}calendars`,
    returnAddresses: [pageUrl],
    features: ["know-login", "list-calendars", "read-events"],
    whoIsIt(request) {
      const accountId = new RegExp(`(?:^|;\\s*)${cookieName}=([A-Za-z0-9_-]{1,64})(?:;|$)`).exec(request.headers.get("cookie") ?? "")?.[1];
      if (accountId === undefined) return null;
      const loginHint = loginOf?.(accountId);
      return { organizationId: organization, accountId, ...(loginHint === undefined ? {} : { loginHint }) };
    },
  });
  return {
    path: "/calendars/",
    handle: nodeHandler(server),
    callbackOf: server.callbackOf,
    begin: ({ personId, provider, connectionId }) => ({
      address: server.connectAddress(provider, { returnTo: pageUrl, ...(connectionId === null ? {} : { connectionId }) }),
      cookie: `${cookieName}=${encodeURIComponent(personId)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600`,
    }),
  };
}
