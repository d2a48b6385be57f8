import { expandObjects, parseCalendar } from "../src/index.ts";
import { sharedBytes, sharedJson } from "./shared-data.ts";

/** Prints each hostile file whose reading and expanding holds more memory than its limit. Run with --expose-gc by bad-ics.test.ts. */
interface Entry {
  file: string;
  gzip?: string;
  limits: { heapMiB: number };
}

const manifest = sharedJson<{ window: { from: string; to: string }; files: Entry[] }>("bad-ics/manifest.json");
const range = { from: Date.parse(manifest?.window.from ?? ""), to: Date.parse(manifest?.window.to ?? "") };
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error("run with --expose-gc");
let looked = 0;
// The small files cannot take much; the large ones are kept zipped.
for (const entry of (manifest?.files ?? []).filter((file) => file.gzip !== undefined)) {
  const text = new TextDecoder().decode(sharedBytes(`bad-ics/files/${entry.gzip ?? entry.file}`) ?? new Uint8Array());
  collect();
  const before = process.memoryUsage().heapUsed;
  let kept: unknown = null;
  try {
    const parsed = parseCalendar(text, { remoteKey: "k", revision: null });
    kept = [parsed, expandObjects(parsed.objects, range, { floatingZone: "UTC" })];
  } catch (thrown) {
    kept = thrown;
  }
  // Not collected before measuring: what was garbage in between counts as well.
  const used = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  if (used > entry.limits.heapMiB) console.log(`${entry.file}: ${used.toFixed(0)} MiB of ${entry.limits.heapMiB}`, typeof kept);
  looked++;
}
console.log(`looked at ${looked}`);
