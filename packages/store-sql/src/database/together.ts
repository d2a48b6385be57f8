/**
 * `Promise.all` for calls on one connection: where the connection can pipeline, they are one round trip. It settles only when all of them have, so
 * that none goes on after the transaction was rolled back because of another.
 */
export async function together<const Calls extends readonly unknown[]>(calls: Calls): Promise<{ -readonly [Index in keyof Calls]: Awaited<Calls[Index]> }> {
  const settled = await Promise.allSettled(calls);
  const values = settled.map((call) => {
    if (call.status === "rejected") throw call.reason;
    return call.value;
  });
  return values as { -readonly [Index in keyof Calls]: Awaited<Calls[Index]> };
}
