import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { platform } from "node:process";
import { KalendsError } from "@kalends/model";
import type { Keyset } from "./keyset.ts";
import { formatKeyset, parseKeyset } from "./keyset-text.ts";
import { parseKey } from "./vault-key.ts";

const longestFile = 16_384;

function codeOf(thrown: unknown): string {
  return String((thrown as { code?: unknown } | null)?.code ?? "");
}

/**
 * Reads the key file: one key, or a keyset. Throws `key-missing` where there is none, `key-invalid` where it holds no key or others than its owner may
 * read or write it (Windows keeps such rights elsewhere and is not checked).
 */
export async function loadKeyFile(path: string): Promise<Keyset> {
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
    return parseKeyset(await file.readFile("utf8"));
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

/**
 * Changes the keyset of a key file in one step: the new file takes the old one's place only when it is safe on the disk. Of two that
 * change it at once, one is refused with `already-exists`. Throws what `loadKeyFile` and `change` throw; then nothing was changed.
 */
export async function changeKeyFile(path: string, change: (keyset: Keyset) => Keyset): Promise<Keyset> {
  const draft = `${path}.new`;
  let file: FileHandle;
  try {
    file = await open(draft, "wx", 0o600);
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") throw new KalendsError("already-exists", "The key file is being changed by somebody else (its .new file is there)");
    throw new KalendsError("key-invalid", `The key file could not be written (${codeOf(thrown)})`);
  }
  try {
    const keyset = change(await loadKeyFile(path));
    await file.chmod(0o600);
    await file.writeFile(formatKeyset(keyset));
    await file.sync();
    await file.close();
    await rename(draft, path);
    await syncFolder(dirname(path));
    return keyset;
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw thrown;
  }
}

/** A renamed file survives a power cut once its folder is on the disk too. Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
