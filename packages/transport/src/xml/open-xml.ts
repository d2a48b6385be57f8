import { decodeChunks } from "./decode-chunks.ts";
import type { XmlElement, XmlTag } from "./xml-element.ts";
import { defaultXmlLimits, type XmlLimits } from "./xml-limits.ts";
import { XmlReader } from "./xml-reader.ts";

/** A document being read: its document element is known, the rest comes as it is asked for. */
export interface XmlDocument {
  root: XmlTag;
  /**
   * The direct children of the document element, each with all its descendants, in order and one at a time, so that no more than
   * one of them needs to be held. Iterate once. Ends only after the document was read to its end and found complete.
   * Throws `answer-invalid` (not well-formed, or over a limit), `response-incomplete` (ends too early), and what the chunks throw.
   */
  items(): AsyncGenerator<XmlElement>;
  /**
   * The same by call, each the moment it is complete: for long documents, in which a wait for each element adds up. What `visit` throws
   * ends the reading and is thrown.
   */
  each(visit: (element: XmlElement) => void): Promise<void>;
}

/**
 * Reads an XML 1.0 document as far as the start tag of its document element. Refuses every DOCTYPE, knows only the five entities of
 * XML itself, and never opens anything the document names. Throws as `items` does, and `not-calendar-data` for a web page.
 */
export async function openXml(chunks: AsyncIterable<Uint8Array>, limits: Partial<XmlLimits> = {}): Promise<XmlDocument> {
  const { root, batches, each } = await start(chunks, limits);
  const { namespace, name, attributes } = root;
  return {
    root: { namespace, name, attributes },
    each,
    async *items() {
      for await (const batch of batches()) yield* batch;
    },
  };
}

/** Reads a small document whole. Throws as `openXml` does. */
export async function readXmlTree(chunks: AsyncIterable<Uint8Array>, limits: Partial<XmlLimits> = {}): Promise<XmlElement> {
  const { root, batches } = await start(chunks, limits);
  for await (const batch of batches()) for (const item of batch) root.children.push(item);
  return root;
}

interface Started {
  root: XmlElement;
  /** As many elements at a time as one piece of the document completed. */
  batches(): AsyncGenerator<XmlElement[]>;
  each: XmlDocument["each"];
}

async function start(chunks: AsyncIterable<Uint8Array>, limits: Partial<XmlLimits>): Promise<Started> {
  const reader = new XmlReader({ ...defaultXmlLimits, ...limits });
  const pieces = decodeChunks(chunks);
  let ended = false;
  const advance = async (): Promise<void> => {
    const next = await pieces.next();
    ended = next.done === true;
    if (ended) reader.end();
    else reader.push(next.value as string);
  };
  const leave = async (): Promise<void> => {
    await pieces.return(undefined).catch(() => {});
  };
  try {
    while (reader.root === null && !ended) await advance();
  } catch (thrown) {
    await leave();
    throw thrown;
  }
  async function* batches(): AsyncGenerator<XmlElement[]> {
    try {
      for (;;) {
        const batch = reader.take();
        if (batch.length > 0) yield batch;
        if (ended) return;
        await advance();
      }
    } finally {
      await leave();
    }
  }
  async function each(visit: (element: XmlElement) => void): Promise<void> {
    try {
      reader.handOver(visit);
      while (!ended) await advance();
    } finally {
      await leave();
    }
  }
  return { root: reader.root as unknown as XmlElement, batches, each };
}
