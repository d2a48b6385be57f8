import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";

const root = resolve(import.meta.dirname, "../../..");

/** Path of shared test data, or `null` where it is absent on this machine. */
export function sharedPath(name: string): string | null {
  const path = resolve(root, process.env["KALENDS_SHARED"] ?? "../shared", name);
  return existsSync(path) ? path : null;
}

export function sharedJson<T>(name: string): T | null {
  const path = sharedPath(name);
  return path === null ? null : (JSON.parse(readFileSync(path, "utf8")) as T);
}

/** Bytes of a shared file, unzipped where its name ends in `.gz`. */
export function sharedBytes(name: string): Uint8Array | null {
  const path = sharedPath(name);
  if (path === null) return null;
  const bytes = readFileSync(path);
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}
