// Builds every public package into its dist folder: JavaScript by tsup, declarations by TypeScript
// (docs/explanation/decisions/0002-build.md says why by two tools).
//
//   node scripts/build.mjs            all packages
//   node scripts/build.mjs model ical only these (declarations are checked for all)
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import ts from "typescript";
import { publicPackages, root, temporaryFolder } from "./workspace.mjs";

/** Entries beyond src/index.ts, and what is bundled instead of imported. */
const special = {
  // Without the suites, which need a test runner around them.
  testing: { entries: { "proxy/index": "src/proxy/index.ts" } },
  kalends: {
    entries: { "cli/main": "src/cli/main.ts" },
    // The demo shows the example's page. Examples are not published, so the page travels inside.
    bundled: [/^@kalends\/example-/],
    folders: [{ from: join(root, "examples/free-busy-web/public"), to: "dist/public" }],
  },
};

export async function buildPackages(names = []) {
  const packages = publicPackages().filter(({ folder }) => names.length === 0 || names.includes(folder));
  for (const each of packages) rmSync(join(each.path, "dist"), { recursive: true, force: true });
  emitDeclarations(packages);
  for (const each of packages) await buildScripts(each);
  return packages;
}

async function buildScripts({ folder, path, name, manifest }) {
  const { entries = {}, bundled = [], folders = [] } = special[folder] ?? {};
  const wanted = { index: "src/index.ts", ...entries };
  await build({
    config: false,
    silent: true,
    entry: Object.fromEntries(Object.entries(wanted).filter(([, file]) => existsSync(join(path, file))).map(([name, file]) => [name, join(path, file)])),
    outDir: join(path, "dist"),
    tsconfig: join(root, "tsconfig.base.json"),
    format: ["esm"],
    platform: "node",
    target: "node22",
    sourcemap: true,
    splitting: true,
    treeshake: false,
    // node:sqlite exists only under its full name.
    removeNodeProtocol: false,
    noExternal: bundled,
    // What the manifest lists stays an import; so does the package itself, which the bundled example calls by its name.
    external: [name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })].map((each) => new RegExp(`^${each}(/|$)`)),
    dts: false,
    // As deep as an entry in a folder, so that a bundled module finds its files at the same relative place from either.
    esbuildOptions: (options) => void (options.chunkNames = "chunks/[name]-[hash]"),
    clean: false,
  });
  for (const { from, to } of folders) if (existsSync(from)) cpSync(from, join(path, to), { recursive: true });
}

/** One program over all packages: a package's types are found in its neighbours' sources, so no order of building is needed. */
function emitDeclarations(packages) {
  const out = temporaryFolder("types");
  try {
    emitInto(out, packages);
    for (const { folder, path } of packages) cpSync(join(out, "packages", folder, "src"), join(path, "dist"), { recursive: true });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function emitInto(out, packages) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const wanted = { ...config.compilerOptions, declaration: true, emitDeclarationOnly: true, noEmit: false, rootDir: ".", outDir: out };
  const { options, errors } = ts.convertCompilerOptionsFromJson(wanted, root);
  const files = packages.flatMap(({ path }) => readdirSync(join(path, "src"), { recursive: true }).map((file) => join(path, "src", file)));
  const program = ts.createProgram({ rootNames: files.filter((file) => /(?<!\.d)\.ts$/.test(file)), options });
  const emitted = program.emit(undefined, (file, text) => ts.sys.writeFile(file, withScriptExtensions(text)));
  const problems = [...errors, ...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (problems.length === 0) return;
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => "\n" };
  throw new Error(`The declarations cannot be made:\n${ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(problems), host)}`);
}

/** TypeScript rewrites the extension of relative imports in scripts, not in declarations; there is no `x.ts` beside the built file. */
function withScriptExtensions(declarations) {
  return declarations.replace(/(\b(?:from|import)\s*\(?\s*"\.{1,2}\/[^"\n]*)\.ts"/g, '$1.js"');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildPackages(process.argv.slice(2));
  for (const { name, path } of built) {
    const bytes = readdirSync(join(path, "dist"), { recursive: true })
      .filter((file) => file.endsWith(".js"))
      .reduce((sum, file) => sum + readFileSync(join(path, "dist", file)).length, 0);
    console.log(`${name.padEnd(28)} ${String(Math.ceil(bytes / 1024)).padStart(5)} KiB of JavaScript`);
  }
}
