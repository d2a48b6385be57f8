import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { createKalends, retentionPresets, systemClock, verifyReceipt, type ErasureReceipt } from "kalends";
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
    expect(await folder.run(["retention", "report", "--html", "held.html"])).toMatchObject({ code: 0, out: "The page was written to held.html.\n" });
    expect(await readFile(join(folder.path, "held.html"), "utf8")).toContain("<b>1 row</b> of 1 account");
    const both = await folder.run(["retention", "report", "--html", "held.html", "--json"]);
    expect([JSON.parse(both.out), both.err]).toEqual([expect.objectContaining({ version: 1 }), "The page was written to held.html.\n"]);
    expect(await folder.run(["retention", "report", "--html", "kalends.db"])).toMatchObject({ code: 1, err: expect.stringContaining("already-exists") });
    expect(await folder.run(["retention", "report", "--html", "nowhere/held.html"])).toMatchObject({ code: 1, err: expect.stringContaining("(ENOENT)") });

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

describe("the policy and the ledger in kalends.json", () => {
  let folder: CliFolder;
  const configure = (config: object): Promise<void> => writeFile(join(folder.path, "kalends.json"), JSON.stringify({ database: "kalends.db", keyFile: "kalends.key", ...config }));

  beforeAll(async () => {
    folder = await openCliFolder();
    await folder.run(["init"]);
  });
  afterAll(() => folder.close());

  test("are what commands go by", async () => {
    await configure({ retention: { ...retentionPresets.strict, name: "ours", legalHold: "all" }, erasureLedger: "ledger/asked" });
    await mkdir(join(folder.path, "ledger"));
    const report = await folder.run(["retention", "report", "--json"]);
    expect(JSON.parse(report.out)).toMatchObject({ policy: { name: "ours", legalHold: "all", structure: { afterLastAuthorization: 7 } } });
    await configure({ retention: "no-content", erasureLedger: "ledger/asked" });
    expect(JSON.parse((await folder.run(["retention", "report", "--json"])).out)).toMatchObject({ policy: { content: "never" } });

    const kalends = await createKalends({ database: join(folder.path, "kalends.db"), keyFile: join(folder.path, "kalends.key") });
    await kalends.createAccount({ externalId: "ada" });
    await kalends.close();
    expect(await folder.run(["forget", "ada", "--yes"])).toMatchObject({ code: 0, err: "" });
    expect((await readFile(join(folder.path, "ledger", "asked"), "utf8")).split("\n")).toHaveLength(2);
    expect(await readdir(folder.path)).not.toContain("kalends.db.erasures");
  }, 60_000);

  test.each([
    ["retention must be one of cronofy, at-once, strict, no-content, or a whole policy", { retention: "cronofi" }],
    ["retention must be one of", { retention: 30 }],
    ["retention: The retention policy's shape is not acceptable", { retention: null }],
    ["thirdPartyEvent.outsideWindow", { retention: { ...retentionPresets.cronofy, thirdPartyEvent: { outsideWindow: 32, afterLastAuthorization: 30 } } }],
    ["structure.afterLastAuthorization must not be shorter", { retention: { ...retentionPresets.cronofy, structure: { afterLastAuthorization: 1 } } }],
    ["erasureLedger", { erasureLedger: "" }],
    ["erasureLedger", { erasureLedger: 7 }],
  ])("what is not acceptable is named: %s", async (said, config) => {
    await configure(config);
    expect(await folder.run(["retention", "plan"])).toMatchObject({ code: 1, out: "", err: expect.stringContaining(said) });
  }, 30_000);
});
