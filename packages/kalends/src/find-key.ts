import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { KalendsError, Secret } from "@kalends/model";
import { loadKeyFile, parseKeyset, type Keyset } from "@kalends/vault";

export interface KeyOptions {
  /** 32 bytes in base64url, or the text of a keyset. */
  key?: string | Secret;
  keyFile?: string;
}

/**
 * Finds the vault's keyset: the option, the key file named, then `KALENDS_KEY` and `KALENDS_KEY_FILE` of `environment`, then
 * `kalends.key` beside the database. Throws `key-missing` or `key-invalid`.
 */
export async function findKey(
  options: KeyOptions,
  database: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Keyset> {
  if (options.key !== undefined) return parseKeyset(options.key instanceof Secret ? options.key.reveal() : options.key);
  if (options.keyFile !== undefined) return fromFile(options.keyFile);
  const text = environment["KALENDS_KEY"];
  if (text !== undefined && text !== "") return parseKeyset(text);
  const path = environment["KALENDS_KEY_FILE"];
  if (path !== undefined && path !== "") return fromFile(path);
  const beside = database === null ? null : join(dirname(database), "kalends.key");
  if (beside !== null && existsSync(beside)) return fromFile(beside);
  throw new KalendsError("key-missing", "No key was given, and there is no kalends.key beside the database");
}

async function fromFile(path: string): Promise<Keyset> {
  if (!existsSync(path)) throw new KalendsError("key-missing", `There is no key file ${path}`);
  return loadKeyFile(path);
}
