import { request as sendHttp, type IncomingHttpHeaders } from "node:http";
import { request as sendHttps } from "node:https";
import type { ProxyAnswer, ProxyRequest } from "./fault.ts";

/** Headers that belong to one connection (RFC 9110 section 7.6.1). */
const hopHeaders: ReadonlySet<string> = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "trailer"]);

/** Sends the request to the real server, the client's own Host included, and reads the whole answer. */
export function forwardRequest(target: URL, request: ProxyRequest): Promise<ProxyAnswer> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) if (!hopHeaders.has(name)) headers[name] = value;
  // Faults work on text, so nothing is to be compressed.
  headers["accept-encoding"] = "identity";
  // Some servers refuse chunked requests; the length is known anyway.
  if (request.body.length > 0 || headers["content-length"] !== undefined) headers["content-length"] = String(request.body.length);
  const send = target.protocol === "https:" ? sendHttps : sendHttp;
  return new Promise((resolve, reject) => {
    const options = { host: target.hostname, port: target.port, method: request.method, path: request.path, headers, agent: false };
    const outgoing = send(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () => resolve({ status: answer.statusCode ?? 502, headers: plainHeaders(answer.headers), body: Buffer.concat(chunks) }));
    });
    outgoing.once("error", reject);
    outgoing.end(request.body);
  });
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const plain: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !hopHeaders.has(name)) plain[name] = value;
  return plain;
}
