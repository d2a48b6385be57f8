import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const folder = fileURLToPath(new URL("..", import.meta.url));

/**
 * Builds programs into single files of plain JavaScript, libraries included, the same way for all: run from their sources they would also
 * pay for the removal of types, which no user's program does. Returns the file of each by name.
 */
export async function buildContenders(sources: readonly string[]): Promise<Map<string, string>> {
  const out = join(folder, ".tmp", "contenders");
  mkdirSync(out, { recursive: true });
  const entry = Object.fromEntries(sources.map((source) => [basename(source, ".ts"), join(folder, source)]));
  await build({
    config: false,
    silent: true,
    entry,
    outDir: out,
    tsconfig: join(folder, "..", "tsconfig.base.json"),
    format: ["esm"],
    platform: "node",
    target: "node22",
    splitting: false,
    treeshake: false,
    removeNodeProtocol: false,
    noExternal: [/.*/],
    dts: false,
    clean: false,
    sourcemap: true,
    // Libraries written for CommonJS ask for Node's own modules by `require`.
    banner: { js: 'import { createRequire as createRequireOfNode } from "node:module"; const require = createRequireOfNode(import.meta.url);' },
    outExtension: () => ({ js: ".mjs" }),
  });
  return new Map(Object.keys(entry).map((name) => [name, join(out, `${name}.mjs`)]));
}
