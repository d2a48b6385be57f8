import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const shared = process.env["KALENDS_SHARED"] ?? "../shared";

/** A JSON file of the shared test data, or `null` where it is absent. */
export function sharedJson<T>(path: string): T | null {
  const file = resolve(shared, path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : null;
}
