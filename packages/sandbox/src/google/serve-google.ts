import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerWithFault, readBody, readHeaders, sendAnswer, waitFor, type WireAnswer } from "../serving/exchange.ts";
import type { RequestLog } from "../serving/request-log.ts";
import type { FaultQueue } from "../serving/scripted-faults.ts";
import { answerRequest, callerOf, routeOf, tooLarge } from "./answer-request.ts";
import type { GoogleRequest } from "./answer.ts";
import type { GoogleState } from "./google-state.ts";
import type { GoogleExchange, GoogleLoggedRequest } from "./logged-request.ts";

/** What stands around the state while requests are served. */
export interface Serving {
  /** Set when the server listens, because the state knows its own address. */
  state: () => GoogleState;
  faults: FaultQueue;
  log: RequestLog<GoogleLoggedRequest>;
  onExchange: ((exchange: GoogleExchange) => void) | null;
}

/** Puts the state behind a node:http server, with the fault script in between. */
export function serveGoogle(serving: Serving): Server {
  return createServer((incoming, response) => {
    handle(serving, incoming, response).catch(() => response.destroy());
  });
}

async function handle(serving: Serving, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  const state = serving.state();
  const request = readRequest(incoming, body ?? "");
  const entry = logEntry(state, request);
  serving.log.add(entry);
  const fault = serving.faults.take({ method: request.method, path: incoming.url ?? "/", report: entry.api });
  entry.fault = fault !== null;
  if (fault?.hang) return;
  if (fault?.delayMs !== undefined) await waitFor(state.clock, fault.delayMs);
  const answer = body === null ? tooLarge() : answerWithFault(() => answerRequest(state, request), fault);
  entry.reason = reasonOf(answer);
  serving.onExchange?.({
    method: request.method,
    target: incoming.url ?? "/",
    requestBody: request.body,
    status: answer.status,
    contentType: answer.headers["content-type"] ?? "",
    responseBody: answer.body,
    fault: fault !== null,
  });
  entry.status = sendAnswer(response, answer, { isHead: request.method === "HEAD", cutAfter: fault?.cutAfterBytes ?? null });
}

function readRequest(incoming: IncomingMessage, body: string): GoogleRequest {
  const target = incoming.url ?? "/";
  const cut = target.indexOf("?");
  const path = cut < 0 ? target : target.slice(0, cut);
  return { method: incoming.method ?? "GET", path, query: new URLSearchParams(cut < 0 ? "" : target.slice(cut)), headers: readHeaders(incoming), body };
}

function logEntry(state: GoogleState, request: GoogleRequest): GoogleLoggedRequest {
  const api = routeOf(request)?.route.id ?? null;
  return {
    ...{ at: state.clock.now(), method: request.method, path: request.path, api },
    query: api === null ? {} : Object.fromEntries([...request.query].filter(([name]) => name !== "oauth_token" && name !== "key")),
    user: callerOf(state, request)?.user.email ?? null,
    ...{ status: null, reason: null, fault: false },
  };
}

/** The reason in an error body, of either shape. */
function reasonOf(answer: WireAnswer): string | null {
  if (answer.status < 400) return null;
  try {
    const { error } = JSON.parse(answer.body) as { error?: string | { errors?: { reason?: string }[] } };
    return typeof error === "string" ? error : (error?.errors?.[0]?.reason ?? null);
  } catch {
    return null;
  }
}
