import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { platform } from "node:process";
import { KalendsError } from "@kalends/model";
import { parseKey, type VaultKey } from "./vault-key.ts";

const longestFile = 1024;

function codeOf(thrown: unknown): string {
  return String((thrown as { code?: unknown } | null)?.code ?? "");
}

/**
 * Reads the key file. Throws `key-missing` where there is none, `key-invalid` where it holds no key or others than its owner may
 * read or write it (Windows keeps such rights elsewhere and is not checked).
 */
export async function loadKeyFile(path: string): Promise<VaultKey> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") throw new KalendsError("key-missing", "The key file does not exist");
    throw new KalendsError("key-invalid", `The key file could not be read (${codeOf(thrown)})`);
  }
  try {
    // Asked of the open file, so that nobody can put another in its place in between.
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > longestFile) throw new KalendsError("key-invalid", "The key file is no file with a key in it");
    const shared = platform !== "win32" && (stat.mode & 0o077) !== 0;
    if (shared) throw new KalendsError("key-invalid", "The key file is open to others than its owner");
    return parseKey(await file.readFile("utf8"));
  } finally {
    await file.close();
  }
}

/**
 * Writes a new key file with mode 0600 and makes its folder (0700) where it is missing. Never overwrites: a lost key is lost data.
 * Throws `already-exists`, `key-invalid`.
 */
export async function writeKeyFile(path: string, key: string): Promise<void> {
  parseKey(key);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let file: FileHandle;
  try {
    file = await open(path, "wx", 0o600);
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") throw new KalendsError("already-exists", "The key file exists already and is left as it is");
    throw new KalendsError("key-invalid", `The key file could not be written (${codeOf(thrown)})`);
  }
  try {
    await file.chmod(0o600);
    await file.writeFile(`${key.trim()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
