import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const scripts = fileURLToPath(new URL("../../scripts/", import.meta.url));

describe("pages that are generated from code", () => {
  const generators = readdirSync(scripts).filter((name) => /^docs-.*\.ts$/.test(name));

  test("there are some", () => expect(generators.length).toBeGreaterThan(1));

  test.each(generators)("%s: the page is what the code says", (name) => {
    const run = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", scripts + name, "--check"], { encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
  });
});
