// What scripts need to know of the workspace: its root, its packages, its files.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The version that with-setup.mjs installs with. */
export const pnpmVersion = /pnpmVersion = "(.+)"/.exec(readFileSync(join(root, "scripts/with-setup.mjs"), "utf8"))[1];

/** Packages that are published: folder, name, path and manifest. */
export function publicPackages() {
  return readdirSync(join(root, "packages"))
    .filter((folder) => existsSync(join(root, "packages", folder, "package.json")))
    .map((folder) => {
      const path = join(root, "packages", folder);
      const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      return { folder, path, name: manifest.name, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true);
}

/** A fresh folder under .tmp, which git and every check leave alone. The caller removes it. */
export function temporaryFolder(name) {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  return mkdtempSync(join(root, ".tmp", `${name}-`));
}

/** Files that belong to the repository, whether committed yet or not; paths from the root with forward slashes. */
export function ownFiles() {
  const listed = run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  return listed.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
}

/** Runs a program to its end and returns what it printed; throws with its output where it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024, ...options });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${args.join(" ")} ended with ${result.error ?? result.status}\n${result.stdout}${result.stderr}`);
}
