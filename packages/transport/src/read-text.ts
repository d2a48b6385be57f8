import type { HttpResponse } from "@kalends/model";
import { readBytes } from "./read-bytes.ts";

export interface ReadTextOptions {
  /** Taken where the answer names no character set, or one that is unknown. Default `utf-8`. */
  charset?: string;
}

function decoderFor(charset: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(charset);
  } catch {
    return null;
  }
}

/** The whole body as text in the character set that Content-Type names, else UTF-8. Bytes that are none become U+FFFD. */
export async function readText(response: HttpResponse, options: ReadTextOptions = {}): Promise<string> {
  const named = /;\s*charset\s*=\s*"?([^\s";,]+)/i.exec(response.header("content-type") ?? "")?.[1];
  const bytes = await readBytes(response);
  // A byte order mark is stronger than what the header says (WHATWG Encoding, "decode").
  const byMark = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
  const decoder = decoderFor(byMark ?? named ?? options.charset ?? "utf-8") ?? new TextDecoder("utf-8");
  return decoder.decode(bytes);
}
