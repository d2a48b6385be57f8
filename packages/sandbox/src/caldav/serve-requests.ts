import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerRequest, findRequester } from "./answer-request.ts";
import { reportName } from "./answer-report.ts";
import { emptyAnswer, type CaldavRequest } from "./answer.ts";
import type { CaldavState } from "./caldav-state.ts";
import type { LoggedRequest } from "./logged-request.ts";
import { answerWithFault, readBody, readHeaders, sendAnswer, waitFor } from "../serving/exchange.ts";
import type { RequestLog } from "../serving/request-log.ts";
import type { FaultQueue } from "../serving/scripted-faults.ts";

/** Puts the state behind a node:http server, with the fault script in between. */
export function serveRequests(state: CaldavState, faults: FaultQueue, log: RequestLog<LoggedRequest>): Server {
  return createServer((incoming, response) => {
    handle(state, faults, log, incoming, response).catch(() => response.destroy());
  });
}

async function handle(
  state: CaldavState,
  faults: FaultQueue,
  log: RequestLog<LoggedRequest>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  const request = readRequest(incoming, body ?? "");
  const report = request.method === "REPORT" ? reportName(request.body) : null;
  const entry: LoggedRequest = {
    at: state.clock.now(),
    method: request.method,
    path: request.path,
    report,
    depth: request.headers.get("depth") ?? null,
    user: findRequester(state, request)?.name ?? null,
    status: null,
    fault: false,
  };
  log.add(entry);
  const fault = faults.take({ method: request.method, path: request.path, report });
  entry.fault = fault !== null;
  if (fault?.hang) return;
  if (fault?.delayMs !== undefined) await waitFor(state.clock, fault.delayMs);
  const answer = body === null ? emptyAnswer(413) : answerWithFault(() => answerRequest(state, request), fault);
  entry.status = sendAnswer(response, answer, { isHead: request.method === "HEAD", cutAfter: fault?.cutAfterBytes ?? null });
}

function readRequest(incoming: IncomingMessage, body: string): CaldavRequest {
  return { method: incoming.method ?? "GET", path: (incoming.url ?? "/").split("?")[0] ?? "/", headers: readHeaders(incoming), body };
}
