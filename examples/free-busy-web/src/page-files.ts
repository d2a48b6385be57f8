import { readdir, readFile } from "node:fs/promises";

export interface PageFile {
  type: string;
  bytes: Buffer;
}

const types = new Map([
  ["html", "text/html; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["svg", "image/svg+xml"],
]);

/** Reads the folder once: what is not in it at start can never be asked for, whatever a path says. */
export async function readPageFiles(folder: URL): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  for (const name of await readdir(folder)) {
    const type = types.get(name.slice(name.lastIndexOf(".") + 1));
    if (type === undefined) continue;
    files.set(name === "index.html" ? "/" : `/${name}`, { type, bytes: await readFile(new URL(name, folder)) });
  }
  if (!files.has("/")) throw new Error("There is no index.html in the folder of the page");
  return files;
}
