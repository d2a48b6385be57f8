import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { caldavClient } from "./caldav-client.ts";
import type { RunningServer } from "./start-server.ts";

const run = promisify(execFile);

/**
 * Makes a calendar of the server's first user and fills it with files (name to text). Radicale and Xandikos take minutes for a thousand
 * single PUTs, so their files are laid into the store directly, as a backup would be restored; all others get PUTs.
 * Returns the calendar's path.
 */
export async function seedCalendar(server: RunningServer, calendar: string, files: ReadonlyMap<string, string>): Promise<string> {
  const client = caldavClient(server.baseUrl, server.username, server.password);
  const path = `${server.home(server.username)}${calendar}/`;
  await client.makeCalendar(path, { displayName: calendar });
  if (server.kind === "radicale") await writeFiles(await findFolder(join(server.folder, "collections"), calendar), files);
  else if (server.kind === "xandikos") await commitFiles(await findFolder(join(server.folder, "store"), calendar), files);
  else await putAll(files, async (name, text) => void (await client.put(path + encodeURIComponent(name), text)));
  return path;
}

/**
 * DAViCal takes a tenth of a second for each, so four go at the same time; it answers 500 where two of them bring the same new time zone, so
 * the first ones go singly.
 */
async function putAll(files: ReadonlyMap<string, string>, put: (name: string, text: string) => Promise<void>): Promise<void> {
  const left = files.entries();
  const line = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await put(...next.value);
  };
  for (let first = 0; first < 30; first += 1) {
    const next = left.next();
    if (next.done === true) return;
    await put(...next.value);
  }
  await Promise.all([line(), line(), line(), line()]);
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of files) await writeFile(join(folder, name), text, { mode: 0o666 });
}

/** Xandikos keeps a calendar as a git repository with a work tree. */
async function commitFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await writeFiles(folder, files);
  const git = ["-c", `safe.directory=${folder}`, "-c", "user.name=seed", "-c", "user.email=seed@example.test", "-C", folder];
  await run("git", [...git, "add", "-A"]);
  await run("git", [...git, "commit", "-q", "-m", "seed"]);
  // Git ran as the test's user; the server runs as its own.
  await run("chmod", ["-R", "a+rwX", folder]);
}

async function findFolder(root: string, name: string): Promise<string> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() && entry.name === name && entry.parentPath.includes("alice")) return join(entry.parentPath, entry.name);
  }
  throw new Error(`No folder ${name} under ${root}`);
}
