import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { KalendsError } from "@kalends/model";
import { incomplete } from "./map-network-error.ts";

/** Codings that change nothing. Some servers write a character set where the content coding belongs. */
const plainCodings = new Set(["", "identity", "none", "utf-8", "8bit", "binary"]);

export interface Decoding {
  /** Counted after decompression, and before it as well. */
  mostBytes: number;
  /** Called for every piece that arrives. */
  touch: () => void;
  /** An answer to HEAD has the headers of a body and none. */
  isHead: boolean;
}

/** Bytes of a body with its one content coding undone. A cut compressed stream ends in an error, never as a short text. */
export async function* decodeBody(message: IncomingMessage, how: Decoding): AsyncGenerator<Uint8Array> {
  const { mostBytes, touch, isHead } = how;
  const coding = (message.headers["content-encoding"] ?? "").trim().toLowerCase();
  if (plainCodings.has(coding)) {
    yield* checked(message, mostBytes, touch);
    return;
  }
  // The compressed side is counted as well: headers of a gzip stream can go on for ever without a byte of content.
  const arriving = checked(message, mostBytes, touch);
  const first = await arriving.next();
  if (first.done === true) {
    if (isHead || mayBeEmpty(message)) return;
    throw incomplete();
  }
  const decoder = decoderFor(coding, first.value);
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* arriving;
  };
  pipeline(source, decoder, () => {});
  yield* checked(decoder, mostBytes, () => {});
}

async function* checked(source: Readable, mostBytes: number, touch: () => void): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    touch();
    total += chunk.length;
    if (total > mostBytes) throw tooLarge();
    yield chunk;
  }
}

function tooLarge(): KalendsError {
  return new KalendsError("response-too-large", "The answer is larger than the limit");
}

function decoderFor(coding: string, first: Uint8Array): Transform {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "br":
      return createBrotliDecompress();
    case "deflate":
      // RFC 9110 means zlib, many servers send raw deflate; the first half byte tells them apart.
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      throw new KalendsError("answer-invalid", "The answer is in a content coding, or in several, that was not asked for");
  }
}

/** A body announced as empty needs no valid compressed stream. */
function mayBeEmpty(message: IncomingMessage): boolean {
  return message.headers["content-length"] === "0" || message.statusCode === 204 || message.statusCode === 304;
}
