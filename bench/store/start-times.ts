import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Goal } from "../measure/goal.ts";
import { median, quantile } from "../measure/median.ts";
import { runProgram } from "../measure/run-child.ts";
import { textTable } from "../measure/text-table.ts";

interface Packed {
  withPackedPackages(use: (packages: { folder: string }) => Promise<void>, names: readonly string[]): Promise<void>;
}

const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** Folders of a package and of everything of ours that it needs. */
function closureOf(folder: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const manifest = JSON.parse(readFileSync(join(packages, folder, "package.json"), "utf8")) as { dependencies?: Record<string, string> };
  for (const name of Object.keys(manifest.dependencies ?? {})) if (name.startsWith("@kalends/")) closureOf(name.slice("@kalends/".length), found);
  return found;
}

/** What an application does at its start: import, open a database that is there. Prints ms of both, and of the whole process so far. */
const program = `
const [database, key] = process.argv.slice(2);
const begun = performance.now();
const { createKalends } = await import("kalends");
const imported = performance.now();
const kalends = await createKalends({ database, key });
const opened = performance.now();
console.log(JSON.stringify([imported - begun, opened - imported, opened - begun, begun]));
await kalends.close();
`;

/** Start-up of the packages as they are published, each time in a new process. */
export async function measureStart(starts: number): Promise<Goal[]> {
  const { withPackedPackages } = (await import(new URL("../../scripts/packed-packages.mjs", import.meta.url).href)) as Packed;
  const samples: number[][] = [];
  await withPackedPackages(async ({ folder }) => {
    const file = join(folder, "start.mjs");
    writeFileSync(file, program);
    const words = ["--disable-warning=ExperimentalWarning", file, join(folder, "start.db"), Buffer.alloc(32, 7).toString("base64url")];
    // The first one makes the database.
    for (let start = 0; start <= starts; start += 1) {
      const printed = await runProgram(process.execPath, words);
      if (start > 0) samples.push(JSON.parse(printed.trim()) as number[]);
    }
  }, [...closureOf("kalends")]);
  const column = (index: number): number[] => samples.map((sample) => sample[index] as number);
  const rows = ['import "kalends"', "open an existing database", "both", "Node itself before that"].map((name, index) => [
    name, median(column(index)).toFixed(0), quantile(column(index), 0.95).toFixed(0), Math.min(...column(index)).toFixed(0),
  ]);
  console.log(`\n${textTable([`Start-up, packages as published, ${starts} processes`, "p50 ms", "p95 ms", "least ms"], rows)}`);
  const both = median(column(2));
  return [{ what: "import kalends and open an existing database", wanted: "at most 150 ms", measured: `${both.toFixed(0)} ms`, met: both <= 150 }];
}
