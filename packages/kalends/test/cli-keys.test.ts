import { DatabaseSync } from "node:sqlite";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { systemClock } from "kalends";
import { openCliFolder, type CliFolder } from "./run-cli.ts";

const password = "Canary-Passw0rd";

interface KeyLine {
  id: string;
  status: string;
  inUse: number;
}

describe("keys, audit log and alerts on the command line", () => {
  let folder: CliFolder;
  let sandbox: CaldavSandbox;
  const keys = async (): Promise<KeyLine[]> => JSON.parse((await folder.run(["keys", "list", "--json"])).out) as KeyLine[];

  beforeAll(async () => {
    folder = await openCliFolder();
    sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password, calendars: ["diary"] }] });
    await folder.run(["init", "--allow-host", sandbox.allowHost]);
    await folder.run(["connect", "caldav", sandbox.url, "--username", "ada"], { environment: { KALENDS_PASSWORD: password } });
  });
  afterAll(async () => {
    expect(folder.printed()).not.toContain(password);
    await sandbox.close();
    await folder.close();
  });

  test("the whole life of a key, from added to destroyed, and the login opens all the way", async () => {
    const keyFile = join(folder.path, "kalends.key");
    const before = (await readFile(keyFile, "utf8")).trim();
    const [first] = await keys();
    const old = first?.id ?? "";
    expect(first).toMatchObject({ status: "primary" });
    expect(first?.inUse).toBeGreaterThan(1);

    expect((await folder.run(["keys", "add"])).code).toBe(0);
    const next = (await keys())[1]?.id ?? "";
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await folder.run(["keys", "promote", next])).code).toBe(0);
    for (const step of [["disable", old], ["destroy", old, "--yes"]]) {
      expect(await folder.run(["keys", ...step])).toMatchObject({ code: 1, err: expect.stringContaining("key-in-use") });
    }
    expect((await folder.run(["keys", "rotate", "--dry-run"])).out).toContain(`${first?.inUse} data keys would be rewrapped`);
    expect(await keys()).toMatchObject([{ id: old, inUse: first?.inUse }, { id: next, inUse: 0 }]);
    expect((await folder.run(["sync"])).code).toBe(0);
    expect(await folder.run(["keys", "rotate", "--as", "ops"])).toMatchObject({ code: 0, out: expect.stringContaining("Done") });
    expect(await keys()).toMatchObject([{ id: old, status: "enabled", inUse: 0 }, { id: next, status: "primary", inUse: first?.inUse }]);

    expect((await folder.run(["keys", "disable", old])).code).toBe(0);
    expect((await folder.run(["sync"])).code).toBe(0);
    expect((await folder.run(["keys", "destroy", old])).err).toContain("--yes");
    expect((await folder.run(["keys", "destroy", old, "--yes"])).code).toBe(0);
    expect((await keys()).map(({ id }) => id)).toEqual([next]);
    expect((await folder.run(["sync"])).code).toBe(0);

    const file = await readFile(keyFile, "utf8");
    expect(file).not.toContain(before);
    const database = await readFile(join(folder.path, "kalends.db"));
    await writeFile(keyFile, `${before}\n`);
    expect(await folder.run(["sync"])).toMatchObject({ code: 1, err: expect.stringContaining("key-wrong") });
    expect((await readFile(join(folder.path, "kalends.db"))).equals(database)).toBe(true);
    await writeFile(keyFile, file);
    expect((await folder.run(["keys", "promote", "nobody"])).err).toContain("not-found");
    expect((await folder.run(["keys", "add"], { environment: { KALENDS_KEY: before } })).err).toContain("cannot change");
    // The keyset may come from the environment just as well.
    expect((await folder.run(["sync"], { environment: { KALENDS_KEY: file } })).code).toBe(0);
  }, 180_000);

  test("the audit log verifies, exports, and names the first record that somebody changed; the alert waits to be acknowledged", async () => {
    const good = await folder.run(["audit", "verify"]);
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining("holds together") });
    const head = /head: (\S+)/.exec(good.out)?.[1] ?? "";
    const lines = (await folder.run(["audit", "export", "--as", "auditor"])).out.trim().split("\n").map((line) => JSON.parse(line) as { sequence: number; action: string });
    expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
    expect(new Set(lines.map(({ action }) => action))).toEqual(new Set(["authorize", "connect", "calendar-list", "sync", "rotate-keys", "export"]));
    expect((await folder.run(["audit", "verify", "--head", head])).code).toBe(0);
    expect((await folder.run(["audit", "verify", "--head", head.replace(/.$/, (last) => (last === "0" ? "1" : "0"))])).code).toBe(1);
    expect((await folder.run(["audit", "verify", "--head", "nonsense"])).err).toContain("invalid-argument");

    const database = new DatabaseSync(join(folder.path, "kalends.db"));
    database.exec("drop trigger audit_record_no_update; update audit_record set actor = 'somebody else' where sequence = 3");
    database.close();
    expect(await folder.run(["audit", "verify"])).toMatchObject({ code: 1, out: expect.stringContaining("broken at record 3") });
    expect(await folder.run(["alerts"])).toMatchObject({ code: 1, out: expect.stringContaining("chain-broken") });
    expect((await folder.run(["alerts", "acknowledge", "1", "--as", "nobody"])).err).toContain("permission-denied");
    expect((await folder.run(["alerts", "acknowledge", "1"])).code).toBe(0);
    expect(await folder.run(["alerts"])).toMatchObject({ code: 0, out: expect.stringContaining("No alert is open") });
    expect((await folder.run(["alerts", "list", "--all", "--json"])).out.trim().split("\n")).toHaveLength(2);
  }, 180_000);
});
