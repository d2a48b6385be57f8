import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { missingPostgres, queryPostgres, startPostgres } from "../src/index.ts";

for (const programs of ["machine", "embedded"] as const) {
  test(`a server of its own (${programs}) makes databases, survives a crash, and goes away`, async (context) => {
    const server = await startPostgres(context, { own: true, programs });
    try {
      expect(server).toMatchObject({ source: programs, version: expect.stringMatching(/^\d+\.\d+/) });
      const [one, other] = [await server.createDatabase(), await server.createDatabase()];
      await queryPostgres(one, "create table t (x text); insert into t values ('kept')");
      expect(await queryPostgres(other, "select to_regclass('t') as t")).toEqual([{ t: null }]);
      // Most servers order texts otherwise than by their bytes, and so does this one.
      expect(await queryPostgres(one, "select 'a' < 'B' as words, 'a' < 'B' collate \"C\" as bytes")).toEqual([{ words: true, bytes: false }]);
      await server.crash();
      await expect(queryPostgres(one, "select 1")).rejects.toThrow();
      await server.restart();
      expect(await queryPostgres(one, "select x from t where x = $1", ["kept"])).toEqual([{ x: "kept" }]);
    } finally {
      await Promise.all([server.stop(), server.stop()]);
    }
    await expect(queryPostgres(server.url, "select 1")).rejects.toThrow();
  });
}

test("the server of a process that was killed goes with it", async (context) => {
  const missing = missingPostgres({ own: true });
  if (missing !== null && process.env["KALENDS_REQUIRE_SERVERS"] !== "1") context.skip(missing);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fileURLToPath(new URL("server-holder.ts", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const [url = "", folder = ""] = line.toString("utf8").trim().split(" ");
  expect(readdirSync(tmpdir())).toContain(folder);
  expect(await queryPostgres(url, "select 1 as one")).toEqual([{ one: 1 }]);
  child.kill("SIGKILL");
  await once(child, "exit");
  await expect.poll(() => queryPostgres(url, "select 1").then(() => "alive", () => "gone"), { timeout: 20_000 }).toBe("gone");
  await expect.poll(() => readdirSync(tmpdir()), { timeout: 20_000 }).not.toContain(folder);
});
