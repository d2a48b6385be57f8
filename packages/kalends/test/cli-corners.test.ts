import { mkdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { memoryProvider } from "@kalends/testing";
import { createKalends, Secret } from "kalends";
import { openCliFolder } from "./run-cli.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function folder(): Promise<Awaited<ReturnType<typeof openCliFolder>>> {
  const opened = await openCliFolder();
  ends.push(opened.close);
  return opened;
}

test("a key variable that is set to nothing names no key", async () => {
  const cli = await folder();
  const environment = { KALENDS_KEY: "", KALENDS_KEY_FILE: "" };
  mkdirSync(join(cli.path, "keys"));
  const made = await cli.run(["init", "--key-file", "keys/k.key"], { environment });
  expect([made.code, made.err]).toEqual([0, ""]);
  expect(await readdir(join(cli.path, "keys"))).toEqual(["k.key"]);
  expect(await cli.run(["status"], { environment })).toMatchObject({ code: 0, err: "" });
  const other = await folder();
  expect(await other.run(["init"], { environment })).toMatchObject({ code: 0, err: "" });
  expect(await readdir(other.path)).toContain("kalends.key");
}, 30_000);

test("no name from a provider steers the terminal", async () => {
  const cli = await folder();
  await cli.run(["init"]);
  const provider = memoryProvider();
  provider.calendar("/\u001b[2Jcalendar/");
  const kalends = await createKalends({ database: join(cli.path, "kalends.db"), providers: [provider] });
  const account = await kalends.createAccount({ externalId: "\u001b]0;account\u0007", displayName: "\u001b[31mname" });
  const credential = { kind: "password", username: "a", password: new Secret("x") } as const;
  await kalends.connect({ accountId: account.id, provider: "memory", address: "\u001b[1mlabel", credential });
  await kalends.sync();
  await kalends.close();
  for (const words of [["status"], ["calendars"], ["changes"], ["free-busy", "--from", "2026-11-20", "--to", "2026-11-21", "--when-stale", "ignore"], ["sync"]]) {
    const { out, err } = await cli.run(words);
    expect(out + err, words[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }
}, 30_000);
