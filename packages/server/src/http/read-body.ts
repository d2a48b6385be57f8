/** The body, or `null` where it is longer than the limit; then the rest is not read. */
export async function readBody(request: Request, mostBytes: number): Promise<Uint8Array | null> {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get("content-length") ?? "0") > mostBytes) {
    await request.body.cancel();
    return null;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > mostBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
