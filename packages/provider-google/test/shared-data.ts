import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The shared folder, or `null` where it is not here. */
export function sharedFolder(...parts: string[]): string | null {
  const folder = join(process.env["KALENDS_SHARED"] ?? join(root, "..", "shared"), ...parts);
  return existsSync(folder) ? folder : null;
}

export function readShared(...parts: string[]): unknown {
  const path = sharedFolder(...parts);
  return path === null ? null : (JSON.parse(readFileSync(path, "utf8")) as unknown);
}
