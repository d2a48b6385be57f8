// The packages as a user gets them: packed, unpacked into a node_modules folder far from the workspace.
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildPackages } from "./build.mjs";
import { pnpmVersion, root, run } from "./workspace.mjs";

/**
 * Builds and packs every public package and lays them out as an installation would.
 * Yields the folder of a project that has them all; what they need from the registry is linked from the workspace.
 */
export async function withPackedPackages(use, names = []) {
  const packages = await buildPackages(names);
  const folder = mkdtempSync(join(tmpdir(), "kalends-packed-"));
  try {
    const tarballs = join(folder, "tarballs");
    mkdirSync(tarballs);
    const pnpm = ["-y", `pnpm@${pnpmVersion}`, ...packages.flatMap(({ name }) => ["--filter", name])];
    run("npx", [...pnpm, "-r", "pack", "--pack-destination", tarballs]);
    const modules = join(folder, "node_modules");
    const packed = packages.map((each) => {
      const tarball = join(tarballs, `${each.name.replace("@", "").replace("/", "-")}-${each.manifest.version}.tgz`);
      const path = join(modules, each.name);
      mkdirSync(path, { recursive: true });
      run("tar", ["-xzf", tarball, "--strip-components=1", "-C", path]);
      return { ...each, source: each.path, path, tarball };
    });
    for (const { source, manifest } of packed) linkRegistryModules({ ...manifest.dependencies, ...manifest.peerDependencies }, source, modules);
    link(join(root, "node_modules/@types/node"), join(modules, "@types/node"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
    return await use({ folder, packed });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}


function linkRegistryModules(dependencies, source, modules) {
  const names = Object.keys(dependencies).filter((name) => !name.startsWith("@kalends/") && name !== "kalends");
  for (const name of names) link(join(source, "node_modules", name), join(modules, name));
}

function link(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  if (!readdirSync(dirname(to)).includes(to.split("/").at(-1))) symlinkSync(realpathSync(from), to);
}
