import { readFileSync } from "node:fs";

interface Manifest {
  version: string;
}

/** Version of this package: its manifest lies two folders up, in the sources and in the build alike. */
export const version: string = (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Manifest).version;
