import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "@kalends/model";
import type { ScriptedFault } from "./scripted-faults.ts";

/** Most bytes of a request body. */
const bodyLimit = 32 * 1024 * 1024;

/** What goes out. Header names are lower-case. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The answer as a fault makes it. The request is handled unless the fault replaces the answer. */
export function answerWithFault(answerIt: () => WireAnswer, fault: ScriptedFault | null): WireAnswer {
  if (!fault) return answerIt();
  const replaced = fault.status !== undefined || fault.body !== undefined;
  const answer = replaced ? { status: fault.status ?? 200, headers: {}, body: fault.body ?? "" } : answerIt();
  const headers: Record<string, string> = { ...answer.headers };
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers[name.toLowerCase()] = value;
  return { status: answer.status, headers, body: fault.rewriteBody ? fault.rewriteBody(answer.body) : answer.body };
}

/** Sends an answer, cut after some bytes of its body where `cutAfter` says so. Gives the status that went out, or `null` for none. */
export function sendAnswer(response: ServerResponse, answer: WireAnswer, options: { isHead: boolean; cutAfter: number | null }): number | null {
  const { cutAfter, isHead } = options;
  if (cutAfter === 0) {
    response.destroy();
    return null;
  }
  const bytes = Buffer.from(answer.body, "utf8");
  const empty = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, { ...answer.headers, ...(empty ? {} : { "content-length": bytes.length }) });
  if (cutAfter === null || empty || isHead) response.end(empty || isHead ? undefined : bytes);
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy());
  return answer.status;
}

/** Headers by their lower-case names. */
export function readHeaders(incoming: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, [value].flat().join(", "));
  return headers;
}

/** The body as text, or `null` where it is too large. */
export async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  }
  return size <= bodyLimit ? Buffer.concat(chunks).toString("utf8") : null;
}

/** Waits by the clock. */
export function waitFor(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
