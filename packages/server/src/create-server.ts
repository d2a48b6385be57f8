import { toKalendsError } from "@kalends/model";
import { finishConnect } from "./connect/finish-connect.ts";
import { startConnect } from "./connect/start-connect.ts";
import { textAnswer } from "./http/answers.ts";
import type { Mount } from "./mount.ts";
import { receive } from "./notifications/receive.ts";
import { messagePage } from "./pages/message-page.ts";
import { resultPage } from "./pages/result-page.ts";
import { readBaseUrl, type ServerOptions } from "./server-options.ts";

/** Web-standard handlers. Mount `handle` under `baseUrl`, whatever the framework. */
export interface KalendsServer {
  /** Answers a request whose URL has the path of `baseUrl`; 404 for every other. Never throws. */
  handle(request: Request): Promise<Response>;
  /** The address to register at a provider as redirect URI. */
  callbackOf(provider: string): string;
  /** The page of the application links here to connect. */
  connectAddress(provider: string, options?: { connectionId?: string; returnTo?: string }): string;
  /** Where notifications come in: `notifyAt` of the engine. */
  readonly notifyAt: string;
}

/** Throws `invalid-argument` for a `baseUrl` or a return address that cannot be. */
export function createServer(options: ServerOptions): KalendsServer {
  const base = readBaseUrl(options.baseUrl);
  for (const address of options.returnAddresses ?? []) readBaseUrl(address.replace(/[?].*$/s, ""));
  const at = (path: string): string => `${base.origin}${base.pathname === "/" ? "" : base.pathname}${path}`;
  const mount: Mount = {
    options,
    isSecure: base.protocol === "https:",
    callbackOf: (provider) => at(`/callback/${encodeURIComponent(provider)}`),
    resultOf: (outcome) => at(`/result?connect=${encodeURIComponent(outcome)}`),
  };
  return {
    callbackOf: mount.callbackOf,
    connectAddress: (provider, { connectionId, returnTo } = {}) => {
      const query = new URLSearchParams({
        ...(connectionId === undefined ? {} : { connection: connectionId }),
        ...(returnTo === undefined ? {} : { return: returnTo }),
      }).toString();
      return at(`/connect/${encodeURIComponent(provider)}${query === "" ? "" : `?${query}`}`);
    },
    notifyAt: at("/notifications"),
    handle: async (request) => {
      try {
        return await route(mount, base.pathname === "/" ? "" : base.pathname, request);
      } catch (thrown) {
        options.logger?.log("error", "a request failed", { code: toKalendsError(thrown).code });
        return textAnswer(500, "");
      }
    },
  };
}

/** The whole of what can be asked for. */
async function route(mount: Mount, basePath: string, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const path = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : "";
  const [, first, provider] = /^\/(connect|callback)\/([a-z0-9-]{1,64})$/.exec(path) ?? [];
  if (path.startsWith("/notifications/")) return receive(mount, path.slice("/notifications".length), request);
  const isPage = (first !== undefined && provider !== undefined) || path === "/result";
  if (!isPage) return messagePage(404, "Not found", "There is nothing here.");
  if (request.method !== "GET") return textAnswer(405, "", { allow: "GET" });
  if (path === "/result") return resultPage(request);
  return first === "connect" ? startConnect(mount, provider as string, request) : finishConnect(mount, provider as string, request);
}
