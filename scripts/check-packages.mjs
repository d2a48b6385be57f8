// Are the packages fit to be published? Looks at the tarballs, not at the workspace.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { run } from "./workspace.mjs";

/** Problems of the packed packages; every line names its package. */
export async function checkPackages({ folder, packed }) {
  const problems = [];
  for (const each of packed) {
    const manifest = JSON.parse(readFileSync(join(each.path, "package.json"), "utf8"));
    problems.push(...manifestProblems(each, manifest), ...(await publintProblems(each, manifest)));
  }
  problems.push(...loadProblems(folder, packed), ...typeProblems(folder, packed), ...commandProblems(packed));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return `${packed.length} tarballs`;
}

function manifestProblems({ name, path }, manifest) {
  const problems = [];
  const text = JSON.stringify({ ...manifest, devDependencies: undefined });
  if (/"(workspace|catalog|link|file):/.test(text)) problems.push(`${name}: the packed manifest names the workspace: ${text}`);
  if (JSON.stringify(manifest.exports ?? {}).includes("src/")) problems.push(`${name}: exports lead to sources`);
  for (const file of ["dist/index.js", "dist/index.d.ts", "LICENSE"]) {
    if (!existsSync(join(path, file))) problems.push(`${name}: ${file} is missing`);
  }
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
    if (manifest.scripts?.[script]) problems.push(`${name}: has a ${script} script`);
  }
  if (existsSync(join(path, "src")) || existsSync(join(path, "test"))) problems.push(`${name}: sources or tests were packed`);
  return problems;
}

async function publintProblems({ name, tarball }, manifest) {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({ pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) }, strict: true });
  return messages.filter(({ type }) => type !== "suggestion").map((message) => `${name}: ${formatMessage(message, manifest)}`);
}

/** Needs a test runner around it, so that plain Node cannot load it; its other entries can be loaded. */
const onlyInTests = new Set(["@kalends/testing"]);

/** What a user may import of a package: its name, with what each further entry adds. */
function entriesOf({ name, path }) {
  const { exports = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  return Object.keys(exports).filter((entry) => /^\.(\/[^*]+)?$/.test(entry) && !entry.endsWith(".json")).map((entry) => name + entry.slice(1));
}

function loadProblems(folder, packed) {
  const problems = [];
  for (const name of packed.flatMap(entriesOf)) {
    if (onlyInTests.has(name)) continue;
    const ways = {
      import: `const loaded = await import(${JSON.stringify(name)});`,
      require: `import { createRequire } from "node:module"; const loaded = createRequire(import.meta.url)(${JSON.stringify(name)});`,
    };
    for (const [way, code] of Object.entries(ways)) {
      try {
        const count = run(process.execPath, ["--input-type=module", "-e", `${code} console.log(Object.keys(loaded).length);`], { cwd: folder });
        if (Number(count) === 0) problems.push(`${name}: exports nothing`);
      } catch (error) {
        problems.push(`${name}: ${way} fails: ${error.message.split("\n").find((line) => /Error/.test(line)) ?? error.message}`);
      }
    }
  }
  return problems;
}

/** The declarations as a strict user's compiler sees them. */
function typeProblems(folder, packed) {
  const file = join(folder, "consumer.ts");
  writeFileSync(file, packed.flatMap(entriesOf).map((name, index) => `import * as p${index} from "${name}";\nexport const v${index}: object = p${index};\n`).join(""));
  const options = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    typeRoots: [join(folder, "node_modules/@types")],
  };
  const program = ts.createProgram([file], options);
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => folder, getNewLine: () => "\n" };
  return ts
    .getPreEmitDiagnostics(program)
    // What registry modules get wrong in their own declarations is not ours.
    .filter((problem) => !problem.file || problem.file.fileName.startsWith(folder))
    .map((problem) => ts.formatDiagnostic(problem, host).trim());
}

/** Every command starts, and says what it can do. */
function commandProblems(packed) {
  const problems = [];
  for (const { name, path } of packed) {
    const { bin = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    for (const [command, file] of Object.entries(bin)) {
      if (!existsSync(join(path, file))) {
        problems.push(`${name}: the command ${command} is missing`);
        continue;
      }
      if (!readFileSync(join(path, file), "utf8").startsWith("#!/usr/bin/env node\n")) problems.push(`${name}: ${file} has no #! line`);
      try {
        if (!run(process.execPath, [join(path, file), "--help"]).includes(command)) problems.push(`${command} --help does not name itself`);
      } catch (error) {
        problems.push(`${command} --help fails: ${error.message}`);
      }
    }
  }
  return problems;
}
