import { existsSync } from "node:fs";
import type { Command } from "commander";
import { loadKeyFile } from "@kalends/vault";
import { resolveOptions, withKalends } from "../open.ts";
import { textTable } from "../output/text-table.ts";
import { keyFileOf } from "./key-file-of.ts";

/** `kalends keys list`: ids, status, and how many data keys each key wraps. Never a key. */
export async function listKeys(flags: { json?: boolean }, command: Command): Promise<void> {
  const { keys } = await loadKeyFile(keyFileOf(command));
  const { database } = resolveOptions(command);
  const used = existsSync(database) ? await withKalends(command, (kalends) => kalends.keys.inUse()) : null;
  const rows = keys.map(({ id, status }) => ({ id, status, inUse: used === null ? null : (used.get(id) ?? 0) }));
  if (flags.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else process.stdout.write(textTable([["KEY", "STATUS", "IN USE"], ...rows.map(({ id, status, inUse }) => [id, status, String(inUse ?? "-")])]));
}
