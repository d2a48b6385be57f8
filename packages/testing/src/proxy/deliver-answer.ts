import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "@kalends/model";
import type { ProxyAnswer } from "./fault.ts";

/** Writes an answer to the client in the way that its fault wants; ends when the client has it or has gone. */
export async function deliverAnswer(answer: ProxyAnswer, outgoing: ServerResponse, clock: Clock, method: string): Promise<void> {
  const { delivery, body } = answer;
  const socket = outgoing.socket;
  if (delivery?.kind === "reset" && delivery.afterBytes < 0) return void socket?.resetAndDestroy();
  const endless = delivery?.kind === "endless";
  const bare = method === "HEAD" || answer.status === 204 || answer.status === 304;
  outgoing.writeHead(answer.status, headersFor(answer, endless || bare ? null : body.length));
  if (delivery === undefined) return await finish(outgoing, body);
  outgoing.flushHeaders();
  if (delivery.kind === "reset" || delivery.kind === "stop") {
    await write(outgoing, body.subarray(0, delivery.afterBytes));
    await breakOff(socket, delivery.kind, clock);
    return;
  }
  if (delivery.kind === "drip") {
    for (let at = 0; at < body.length && !outgoing.destroyed; at += delivery.bytes) {
      await write(outgoing, body.subarray(at, at + delivery.bytes));
      await clock.sleep(delivery.everyMs);
    }
    return await finish(outgoing, Buffer.alloc(0));
  }
  await write(outgoing, body);
  const unit = Buffer.from(delivery.unit);
  while (!outgoing.destroyed && socket?.destroyed === false) {
    await write(outgoing, unit);
    await clock.sleep(delivery.everyMs);
  }
}

function headersFor(answer: ProxyAnswer, length: number | null): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (["content-length", "transfer-encoding", "connection", "keep-alive"].includes(name)) continue;
    headers[name] = typeof value === "string" ? value : [...value];
  }
  if (length !== null) headers["content-length"] = String(length);
  return headers;
}

/** What was written is on its way before the connection breaks; the client shall see the part. */
async function breakOff(socket: Socket | null, kind: "reset" | "stop", clock: Clock): Promise<void> {
  await clock.sleep(10);
  if (kind === "reset") socket?.resetAndDestroy();
  else socket?.destroy();
}

async function write(outgoing: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || outgoing.destroyed) return;
  if (outgoing.write(bytes)) return;
  await new Promise<void>((resolve) => {
    outgoing.once("drain", resolve);
    outgoing.once("close", resolve);
  });
}

async function finish(outgoing: ServerResponse, body: Buffer): Promise<void> {
  if (outgoing.destroyed) return;
  await new Promise<void>((resolve) => {
    outgoing.once("close", resolve);
    outgoing.end(body, resolve);
  });
}
