import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { faults } from "../../src/index.ts";

test("the page of the fault proxy names every fault", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../../docs/how-to/test-against-bad-servers.md", import.meta.url)), "utf8");
  expect(Object.keys(faults).filter((name) => !new RegExp(`\`${name}\\b`).test(page))).toEqual([]);
});
