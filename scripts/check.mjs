// All house checks that are not tests, in the order in which they are cheap. Each says in one line what it looked at.
//
//   npm run check               all
//   npm run check -- lint files only these
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

const steps = [
  { name: "types", says: "sources and tests type-check", run: checkTypes },
  { name: "lint", says: "bans, unused names, floating promises, lengths", run: () => program("eslint", ["."]) },
  { name: "rules", says: "which package may import which", run: () => program("dependency-cruiser", ruleArguments(), "depcruise") },
  { name: "files", says: "names, lengths, no traces of a machine", run: async () => (await import("./check-files.mjs")).checkFiles() },
  { name: "bites", says: "planted violations are reported", run: async () => (await import("./check-bites.mjs")).checkBites() },
  { name: "packages", says: "packed as published: manifests, publint, import, require, types, commands", packed: "./check-packages.mjs checkPackages" },
  { name: "samples", says: "what the documentation shows runs", packed: "./check-samples.mjs checkSamples" },
];

/** Examples run in a browser too, so that they have a project of their own. */
function checkTypes() {
  const problems = ["tsconfig.json", "examples/tsconfig.json"].map((project) => {
    try {
      program("typescript", ["-p", project, "--noEmit"], "tsc");
      return "";
    } catch (error) {
      return error.message;
    }
  });
  if (problems.some((problem) => problem !== "")) throw new Error(problems.filter((problem) => problem !== "").join("\n"));
}

function ruleArguments() {
  const folders = ["packages", "examples", "bench", "docs"].filter((folder) => existsSync(join(root, folder)));
  return ["--config", ".dependency-cruiser.mjs", ...folders];
}

/** Runs an installed program on this Node; its own words are shown only where it fails. */
function program(module, args, command = module) {
  const folder = join(root, "node_modules", module);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const entry = join(folder, typeof bin === "string" ? bin : bin[command]);
  const result = spawnSync(process.execPath, [entry, ...args], { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) throw new Error(`${result.stdout}${result.stderr}`.trim() || `${command} ended with ${result.status ?? result.signal}`);
  return result.stdout.trim().split("\n").at(-1)?.trim() ?? "";
}

async function main(wanted) {
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`No such check: ${unknown.join(", ")}. There are: ${steps.map(({ name }) => name).join(", ")}.`);
  const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const failed = [];
  for (const step of chosen.filter(({ packed }) => !packed)) if (!(await report(step, step.run))) failed.push(step.name);

  const onPackages = chosen.filter(({ packed }) => packed);
  if (onPackages.length > 0) {
    const { withPackedPackages } = await import("./packed-packages.mjs");
    const build = { name: "build", says: "every package builds and packs" };
    const built = await report(build, () =>
      withPackedPackages(async (packages) => {
        for (const step of onPackages) {
          const [file, name] = step.packed.split(" ");
          const check = (await import(file))[name];
          if (!(await report(step, () => check(packages)))) failed.push(step.name);
        }
        return `${packages.packed.length} packages`;
      }),
    );
    if (!built) failed.push("build");
  }
  console.log(failed.length === 0 ? `check: all ${chosen.length} passed` : `check: failed: ${failed.join(", ")}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function report({ name, says }, run) {
  const started = performance.now();
  const line = (mark) => `${mark} ${name.padEnd(9)} ${says} (${((performance.now() - started) / 1000).toFixed(1)} s)`;
  try {
    const result = await run();
    console.log(`${line("ok  ")}${result ? `: ${result}` : ""}`);
    return true;
  } catch (error) {
    console.log(`${line("FAIL")}\n${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}

await main(process.argv.slice(2));
