import type { IncomingMessage } from "node:http";
import type { HttpResponse } from "@kalends/model";
import { KalendsError } from "@kalends/model";
import { decodeBody } from "./decode-body.ts";
import type { Deadline } from "./deadline.ts";
import { mapNetworkError } from "./map-network-error.ts";

export interface OpenAnswer {
  message: IncomingMessage;
  url: string;
  mostBytes: number;
  isHead: boolean;
  deadline: Deadline;
  /** Called once, when the body has been read, discarded, or has failed. */
  finished(bytes: number): void;
}

/** A body left unread up to this size is read away, so that its connection can be used again. */
const mostDrained = 64 * 1024;

/** Wraps the head and body of an answer. */
export function openResponse(answer: OpenAnswer): HttpResponse {
  const { message } = answer;
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = (message.rawHeaders[i] as string).toLowerCase();
    const value = message.rawHeaders[i + 1] as string;
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  const body = readOnce(answer);
  return {
    status: message.statusCode ?? 0,
    url: answer.url,
    header: (name) => headers.get(name.toLowerCase()) ?? null,
    body: body.bytes,
    discard: body.discard,
  };
}

function readOnce(answer: OpenAnswer): { bytes: AsyncIterable<Uint8Array>; discard: () => Promise<void> } {
  const { message, deadline, mostBytes, isHead } = answer;
  let used = false;
  let bytes = 0;
  const stop = (): void => {
    message.destroy(deadline.signal.reason as Error);
    // Nobody is reading who would notice and tidy up.
    if (!used) finish();
  };
  deadline.signal.addEventListener("abort", stop, { once: true });
  // A body nobody reads may still fail; that must not become an uncaught error.
  message.on("error", () => {});
  const finish = (): void => {
    deadline.signal.removeEventListener("abort", stop);
    deadline.end();
    answer.finished(bytes);
  };
  if (deadline.signal.aborted) stop();

  async function* read(): AsyncGenerator<Uint8Array> {
    if (used) throw new KalendsError("invalid-argument", "The body of an answer can be read only once");
    used = true;
    try {
      for await (const chunk of decodeBody(message, { mostBytes, isHead, touch: deadline.touch })) {
        bytes += chunk.length;
        yield chunk;
      }
    } catch (thrown) {
      throw deadline.signal.aborted ? (deadline.signal.reason as Error) : mapNetworkError(thrown, "in-answer");
    } finally {
      if (!message.readableEnded) message.destroy();
      finish();
    }
  }

  return {
    bytes: { [Symbol.asyncIterator]: read },
    async discard() {
      if (used) return;
      used = true;
      await drain(message, deadline);
      finish();
    },
  };
}

/** Reads a small body away or cuts a large one off. Never throws. */
export async function drain(message: IncomingMessage, deadline: Deadline): Promise<void> {
  const announced = Number(message.headers["content-length"] ?? Number.NaN);
  if (announced > mostDrained || deadline.signal.aborted) {
    message.destroy();
    return;
  }
  let rest = mostDrained;
  const stop = (): void => void message.destroy();
  deadline.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      rest -= chunk.length;
      if (rest < 0) break;
    }
  } catch {
    // Nothing was wanted from this body, so nothing is missing.
  } finally {
    deadline.signal.removeEventListener("abort", stop);
  }
}
