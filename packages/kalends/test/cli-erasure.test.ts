import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { systemClock, verifyReceipt, type ErasureReceipt } from "kalends";

import { openCliFolder, type CliFolder } from "./run-cli.ts";

const password = "Canary-Passw0rd";

describe("retention and erasure on the command line", () => {
  let folder: CliFolder;
  let sandbox: CaldavSandbox;

  beforeAll(async () => {
    folder = await openCliFolder();
    sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password, calendars: ["diary"] }] });
    await folder.run(["init", "--allow-host", sandbox.allowHost]);
    await folder.run(["connect", "caldav", sandbox.url, "--username", "ada"], { environment: { KALENDS_PASSWORD: password } });
    await folder.run(["sync"]);
  });
  afterAll(async () => {
    await sandbox.close();
    await folder.close();
  });

  test("report, export, forget, tick off, forget again", async () => {
    const report = await folder.run(["retention", "report"]);
    expect(report).toMatchObject({ code: 0, out: expect.stringContaining("Sealed login (credential): 1 rows of 1 accounts") });
    expect((await folder.run(["retention", "run"])).out).toContain("Nothing was due.");

    expect(await folder.run(["export", "ada", "--to", "copy"])).toMatchObject({ code: 0, out: expect.stringContaining("of 1 calendars") });
    expect((await readdir(join(folder.path, "copy"))).filter((name) => name.endsWith(".ics"))).toHaveLength(1);
    expect((await stat(join(folder.path, "copy", "account.json"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder.path, "copy", "account.json"), "utf8")).not.toContain(password);

    expect(await folder.run(["forget", "ada"])).toMatchObject({ code: 1, err: expect.stringContaining("--yes") });
    expect((await folder.run(["forget", "ada", "--dry-run"])).out).toContain("credential: 1");
    const done = await folder.run(["forget", "ada", "--yes", "--notify", "crm", "--json"]);
    expect(done.code).toBe(0);
    const { receipt, accountId, erasureId } = JSON.parse(done.out) as { receipt: ErasureReceipt; accountId: string; erasureId: string };
    expect(verifyReceipt(receipt)).toBe(true);
    expect(receipt.proofs.every(({ ok }) => ok)).toBe(true);
    expect(await readFile(join(folder.path, "kalends.db.erasures"), "utf8")).toContain(erasureId);

    expect(await folder.run(["erasures"])).toMatchObject({ code: 1, out: expect.stringContaining("to be told: crm") });
    expect((await folder.run(["erasures", "tick", erasureId, "crm"])).out).toContain("Ticked off.");
    expect((await folder.run(["forget", accountId, "--yes"])).out).toContain("it was done before");
  }, 120_000);
});
