// A rule that nobody saw bite is a hope. This plants one violation of every kind and fails where it goes unreported.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import { ESLint } from "eslint";
import config from "../.dependency-cruiser.mjs";
import { decisionProblems, fileProblems } from "./check-files.mjs";
import { root, temporaryFolder } from "./workspace.mjs";

/** Rule and a line that breaks it, in packages/core/src. */
const plantedCode = [
  ["no-restricted-properties", "export const now: number = Date.now();"],
  ["no-restricted-syntax", "export const now: Date = new Date();"],
  ["no-restricted-syntax", "export const now: string = Date();"],
  ["no-restricted-properties", "export const chance: number = Math.random();"],
  ["no-restricted-globals", "setTimeout(() => undefined, 1);"],
  ["no-restricted-globals", "setInterval(() => undefined, 1);"],
  ["no-restricted-globals", "setImmediate(() => undefined);"],
  ["no-restricted-properties", "globalThis.setTimeout(() => undefined, 1);"],
  ["no-restricted-globals", 'void fetch("https://example.com");'],
  ["no-restricted-properties", 'void globalThis.fetch("https://example.com");'],
  ["no-restricted-properties", 'export const home: string | undefined = process.env["HOME"];'],
  ["no-restricted-properties", "const { env } = process; export const home: string | undefined = env.HOME;"],
  ["no-restricted-globals", "export const now: number = performance.now();"],
  ["no-restricted-globals", "export const id: string = crypto.randomUUID();"],
  ["no-restricted-properties", "export const id: string = globalThis.crypto.randomUUID();"],
  ["no-restricted-imports", 'import { randomBytes } from "node:crypto"; export const bytes: Uint8Array = randomBytes(4);'],
  ["no-restricted-imports", 'import { setTimeout } from "node:timers/promises"; export const wait: unknown = setTimeout;'],
  ["no-restricted-imports", 'import { randomBytes } from "@noble/hashes/utils.js"; export const bytes: Uint8Array = randomBytes(4);'],
  ["no-restricted-properties", "export const signal: AbortSignal = AbortSignal.timeout(1);"],
  ["@typescript-eslint/no-explicit-any", "export const thing: any = 1;"],
  ["@typescript-eslint/no-unused-vars", "const unused = 1;"],
  ["@typescript-eslint/consistent-type-imports", 'import { Clock } from "@kalends/model"; export let clock: Clock | null;'],
  ["@typescript-eslint/no-floating-promises", "Promise.resolve(1);"],
  ["max-lines", "// line\n".repeat(401)],
  ["max-lines-per-function", `export function long(): number {\n${"  Math.abs(1);\n".repeat(70)}  return 1;\n}`],
];

/** The same folder's neighbours where the bans must not hold. */
const exempt = ["packages/kalends/src/platform/planted.ts", "packages/testing/src/planted.ts", "packages/core/test/planted.ts"];

async function lintBites() {
  const missed = [];
  const file = "packages/core/src/planted.ts";
  // The planted files are not on disk, so no project of the workspace knows them.
  const projectService = { allowDefaultProject: [file, ...exempt] };
  const eslint = new ESLint({ cwd: root, overrideConfig: [{ files: ["**/*.ts"], languageOptions: { parserOptions: { projectService } } }] });
  for (const [rule, text] of plantedCode) {
    const [result] = await eslint.lintText(`${text}\n`, { filePath: join(root, file) });
    if (!result.messages.some((message) => message.ruleId === rule)) {
      missed.push(`lint lets pass: ${text.slice(0, 80)} (wanted ${rule}, got ${result.messages.map((one) => one.ruleId ?? one.message)})`);
    }
  }
  for (const free of exempt) {
    const [result] = await eslint.lintText("export const now: number = Date.now();\n", { filePath: join(root, free) });
    if (result.messages.length > 0) missed.push(`lint refuses the real clock in ${free}: ${result.messages[0].message}`);
  }
  return missed;
}

/** Rule, file and content; each is planted alone into a small workspace of empty packages. */
const plantedImports = [
  ["room-core", "packages/core/src/planted.ts", 'import "@kalends/store-sqlite";'],
  ["room-core", "packages/core/src/planted.ts", 'import type {} from "@kalends/provider-caldav";'],
  ["room-provider-caldav", "packages/provider-caldav/src/planted.ts", 'import "@kalends/core";'],
  ["room-provider-google", "packages/provider-google/src/planted.ts", 'import "@kalends/provider-caldav";'],
  ["room-availability", "packages/availability/src/planted.ts", 'import "@kalends/ical";'],
  ["room-model", "packages/model/src/planted.ts", 'import "../../../examples/free-busy-web/src/server.ts";'],
  ["modules-core", "packages/core/src/planted.ts", 'import "zod";'],
  ["modules-model", "packages/model/src/planted.ts", 'import "undici";'],
  ["listed-in-the-manifest", "packages/ical/src/planted.ts", 'import "rrule";'],
  ["pure-without-node", "packages/ical/src/planted.ts", 'import "node:path";'],
  ["pure-without-node", "packages/model/src/planted.ts", 'import type {} from "node:crypto";'],
  ["network-through-transport", "packages/provider-caldav/src/planted.ts", 'import "node:https";'],
  ["core-without-disk", "packages/core/src/planted.ts", 'import "node:fs/promises";'],
  ["not-past-the-index", "packages/core/src/planted.ts", 'import type {} from "../../model/src/deep.ts";'],
  ["not-past-the-index", "packages/core/test/planted.ts", 'import "../../store-sqlite/src/deep.ts";'],
  ["not-past-the-index", "examples/free-busy-web/src/planted.ts", 'import "../../../packages/kalends/src/deep.ts";'],
  ["from-outside-by-index", "bench/planted.ts", 'import "../packages/core/src/deep.ts";'],
  ["sources-without-tests", "packages/core/src/planted.ts", 'import "../test/deep.ts";'],
  ["no-cycles", "packages/core/src/deep.ts", 'import type {} from "./index.ts"; export {};'],
  ["resolvable", "packages/core/src/planted.ts", 'import "./nowhere.ts";'],
  ["room-unknown", "packages/cellar/src/planted.ts", 'import "node:path";'],
];

const allowedImports = [
  ["packages/kalends/src/planted.ts", 'import "../../../examples/free-busy-web/src/server.ts"; import "@kalends/core"; import "node:fs";'],
  ["packages/core/test/planted.ts", 'import "@kalends/store-sqlite"; import "node:fs"; import "../src/deep.ts";'],
  ["packages/core/src/planted.ts", 'import type {} from "@kalends/model"; import "./deep.ts";'],
  ["packages/transport/src/planted.ts", 'import "node:net"; import "undici";'],
];

async function importsBite() {
  const missed = [];
  for (const [rule, file, text] of plantedImports) {
    const found = await cruisePlanted(file, text);
    if (!found.includes(rule)) missed.push(`the dependency rules let pass: ${file}: ${text} (wanted ${rule}, got ${found})`);
  }
  for (const [file, text] of allowedImports) {
    const found = await cruisePlanted(file, text);
    if (found.length > 0) missed.push(`the dependency rules refuse: ${file}: ${text} (${found})`);
  }
  return missed;
}

async function cruisePlanted(file, text) {
  const folder = temporaryFolder("planted");
  try {
    plantWorkspace(folder);
    plant(folder, file, text);
    const { exclude: _, ...options } = config.options;
    const { output } = await cruise(["."], { ...options, baseDir: folder, ruleSet: { forbidden: config.forbidden }, validate: true });
    return output.summary.violations.map((violation) => violation.rule.name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rooms = ["model", "ical", "availability", "core", "transport", "store-sqlite", "provider-caldav", "provider-google", "kalends"];

function plantWorkspace(folder) {
  const ranges = { undici: "1", zod: "1" };
  for (const room of rooms) {
    const name = room === "kalends" ? room : `@kalends/${room}`;
    const listed = Object.fromEntries(rooms.map((other) => [`@kalends/${other}`, "1"]));
    const manifest = { name, version: "1.0.0", type: "module", exports: { ".": "./src/index.ts" }, dependencies: { ...ranges, ...listed } };
    manifest.devDependencies = { rrule: "1" };
    plant(folder, `packages/${room}/package.json`, JSON.stringify(manifest));
    plant(folder, `packages/${room}/src/index.ts`, 'export * from "./deep.ts";');
    plant(folder, `packages/${room}/src/deep.ts`, "export {};");
    plant(folder, `packages/${room}/test/deep.ts`, "export {};");
    mkdirSync(join(folder, "node_modules/@kalends"), { recursive: true });
    symlinkSync(join(folder, "packages", room), join(folder, "node_modules", name));
  }
  for (const name of ["undici", "zod", "rrule"]) {
    plant(folder, `node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    plant(folder, `node_modules/${name}/index.js`, "");
  }
  plant(folder, "package.json", JSON.stringify({ name: "planted", private: true }));
  plant(folder, "examples/free-busy-web/src/server.ts", "export {};");
}

function plant(folder, file, text) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `${text}\n`);
}

function filesBite() {
  const planted = [
    ["packages/core/src/date-utils.ts", ""],
    ["packages/core/src/helpers/merge.ts", ""],
    ["packages/core/src/SyncCalendar.ts", ""],
    ["packages/core/src/sync.ts", "x\n".repeat(401)],
    ["packages/core/src/sync.ts", "x".repeat(161)],
    ["packages/core/src/index.ts", "export const one = 1;"],
    ["docs/how-to/run.md", `cd ${root}`],
    [".npmrc", "registry" + "=https://npm.example.com/"],
    ["pnpm-lock.yaml", "tarball: https://regi" + "stry.example.com/zod.tgz"],
  ];
  const missed = planted.filter(([file, text]) => fileProblems(file, text).length === 0).map(([file]) => `the file check lets pass: ${file}`);
  const twice = ["0001-a.md", "0001-b.md"].map((name) => `docs/explanation/decisions/${name}`);
  return decisionProblems(twice).length === 1 ? missed : [...missed, "the file check lets two decisions have one number"];
}

export async function checkBites() {
  const missed = [...filesBite(), ...(await lintBites()), ...(await importsBite())];
  if (missed.length > 0) throw new Error(missed.join("\n"));
  return `${plantedCode.length + plantedImports.length} planted violations reported`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await checkBites());
