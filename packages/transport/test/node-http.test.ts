import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const source = new URL("../src/index.ts", import.meta.url).href;
const here = fileURLToPath(new URL(".", import.meta.url));

test("the transport does not load Node's fetch", async () => {
  const program = `await import(${JSON.stringify(source)}); console.log(JSON.stringify(process.moduleLoadList))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program], { cwd: here });
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded).toContain("NativeModule https");
  expect(loaded.filter((name) => name.includes("undici"))).toEqual([]);
});
