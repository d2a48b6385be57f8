import type { HttpResponse } from "@kalends/model";

/** The whole body. Throws what reading `HttpResponse.body` throws. */
export async function readBytes(response: HttpResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}
