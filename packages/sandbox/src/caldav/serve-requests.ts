import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "@kalends/model";
import { answerRequest, findRequester } from "./answer-request.ts";
import { reportName } from "./answer-report.ts";
import { emptyAnswer, type Answer, type CaldavRequest } from "./answer.ts";
import type { CaldavState } from "./caldav-state.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import type { FaultQueue, ScriptedFault } from "./scripted-faults.ts";

/** Most bytes of a request body. */
const bodyLimit = 32 * 1024 * 1024;

/** Puts the state behind a node:http server, with the fault script in between. */
export function serveRequests(state: CaldavState, faults: FaultQueue, log: RequestLog): Server {
  return createServer((incoming, response) => {
    handle(state, faults, log, incoming, response).catch(() => response.destroy());
  });
}

async function handle(
  state: CaldavState,
  faults: FaultQueue,
  log: RequestLog,
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
  if (fault?.delayMs !== undefined) await wait(state.clock, fault.delayMs);
  const handled = body === null ? emptyAnswer(413) : answerWithFault(state, request, fault);
  send(request, handled, fault?.cutAfterBytes ?? null, response, entry);
}

function answerWithFault(state: CaldavState, request: CaldavRequest, fault: ScriptedFault | null): Answer {
  if (!fault) return answerRequest(state, request);
  const replaced = fault.status !== undefined || fault.body !== undefined;
  const answer = replaced ? { status: fault.status ?? 200, headers: {}, body: fault.body ?? "" } : answerRequest(state, request);
  const headers: Record<string, string> = { ...answer.headers };
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers[name.toLowerCase()] = value;
  return { status: answer.status, headers, body: fault.rewriteBody ? fault.rewriteBody(answer.body) : answer.body };
}

function send(request: CaldavRequest, answer: Answer, cutAfter: number | null, response: ServerResponse, entry: LoggedRequest): void {
  if (cutAfter === 0) {
    response.destroy();
    return;
  }
  entry.status = answer.status;
  const bytes = Buffer.from(answer.body, "utf8");
  const bodyless = answer.status === 204 || answer.status === 304 || request.method === "HEAD";
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.status === 204 || answer.status === 304 ? {} : { "content-length": bytes.length }),
  });
  if (cutAfter === null || bodyless) response.end(bodyless ? undefined : bytes);
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy());
}

function readRequest(incoming: IncomingMessage, body: string): CaldavRequest {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, [value].flat().join(", "));
  return { method: incoming.method ?? "GET", path: (incoming.url ?? "/").split("?")[0] ?? "/", headers, body };
}

/** The body as text, or `null` where it is too large. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  }
  return size <= bodyLimit ? Buffer.concat(chunks).toString("utf8") : null;
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
