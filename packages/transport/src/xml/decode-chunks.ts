/** How far the XML declaration may reach into the document. */
const declarationBytes = 256;

function join(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}

/** The decoder a document asks for: by byte order mark, else by its declaration, else UTF-8 (XML 1.0 appendix F). */
function decoderFor(start: Uint8Array): InstanceType<typeof TextDecoder> {
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder("utf-16le");
  if (start[0] === 0xfe && start[1] === 0xff) return new TextDecoder("utf-16be");
  if (start[0] === 0x3c && start[1] === 0) return new TextDecoder("utf-16le");
  if (start[0] === 0 && start[1] === 0x3c) return new TextDecoder("utf-16be");
  const head = Buffer.from(start.subarray(0, declarationBytes)).toString("latin1");
  const declared = /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
  // A document whose first bytes are single-byte text is not UTF-16, whatever it declares.
  if (declared === undefined || /^utf-?16|^ucs/i.test(declared)) return new TextDecoder("utf-8");
  try {
    return new TextDecoder(declared);
  } catch {
    return new TextDecoder("utf-8");
  }
}

/** Most bytes decoded at a time: while elements are cut out of a piece it is held twice, so large ones would be what a reader holds most of. */
const pieceBytes = 16 * 1024;

/** Bytes of an XML document as text; characters never split over two chunks lose their meaning. The byte order mark is dropped. */
export async function* decodeChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let start: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    if (decoder !== null) {
      yield* inPieces(decoder, chunk);
      continue;
    }
    start.push(chunk);
    length += chunk.length;
    if (length < declarationBytes) continue;
    const bytes = join(start);
    start = [];
    decoder = decoderFor(bytes);
    yield* inPieces(decoder, bytes);
  }
  if (decoder === null) {
    const bytes = join(start.length === 0 ? [new Uint8Array()] : start);
    yield decoderFor(bytes).decode(bytes);
  } else yield decoder.decode();
}

function* inPieces(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield decoder.decode(bytes.subarray(at, at + pieceBytes), { stream: true });
}
