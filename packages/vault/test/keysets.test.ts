import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { DataKeyRow, KalendsError, KeyService, SealContext } from "@kalends/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeKeyFile, formatKeyset, generateKey, Keyset, loadKeyFile, localKeyring, parseKey, parseKeyset, writeKeyFile } from "../src/index.ts";
import { memoryDataKeys } from "./memory-data-keys.ts";
import { freshKeyset, openVault, random } from "./open-vault.ts";

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => "no error", (thrown: KalendsError) => thrown.code);
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "no error";
  } catch (thrown) {
    return (thrown as KalendsError).code;
  }
};
const newKey = () => parseKey(generateKey(random));
const context: SealContext = { organizationId: "org", accountId: "account", table: "t", row: "r", column: "c", purpose: "p", generation: 1 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("keyset", () => {
  test("the life of a key: added, promoted, disabled, destroyed", () => {
    const first = freshKeyset();
    const old = first.primary.id;
    const both = first.add(newKey());
    const next = both.keys[1]?.id ?? "";
    const statuses = (keyset: Keyset): string => keyset.keys.map(({ id, status }) => `${id === old ? "old" : "new"} ${status}`).join(", ");
    expect(statuses(both)).toBe("old primary, new enabled");
    expect(statuses(both.promote(next))).toBe("old enabled, new primary");
    expect(statuses(both.promote(next).promote(next))).toBe("old enabled, new primary");
    expect(statuses(both.promote(next).disable(old))).toBe("old disabled, new primary");
    expect(statuses(both.promote(next).disable(old).enable(old))).toBe("old enabled, new primary");
    expect(statuses(both.promote(next).disable(old).destroy(old))).toBe("new primary");
    expect(statuses(both)).toBe("old primary, new enabled");
    for (const step of ["disable", "destroy"] as const) expect(codeOf(() => both[step](old))).toBe("invalid-argument");
    expect(codeOf(() => both.disable(next).promote(next))).toBe("invalid-argument");
    for (const step of ["promote", "disable", "enable", "destroy"] as const) expect(codeOf(() => both[step]("nobody"))).toBe("not-found");
    expect(codeOf(() => both.add((both.keys[1] as { key: ReturnType<typeof newKey> }).key))).toBe("key-invalid");
  });

  test("its text is read back; one key alone is a keyset of one; everything else is key-invalid and not quoted", () => {
    const keyset = freshKeyset().add(newKey()).add(newKey());
    const written = formatKeyset(keyset.disable(keyset.keys[2]?.id ?? ""));
    expect(formatKeyset(parseKeyset(`\n${written}\n`))).toBe(written);
    const alone = generateKey(random);
    expect(formatKeyset(parseKeyset(`${alone}\n`))).toBe(formatKeyset(Keyset.of(parseKey(alone))));
    const [one = "", two = ""] = written.split("\n");
    const wrong = ["", "{}", "null", "[]", `${alone}\n${alone}`, `${one}\n${one}`, two, `${one}\n${two.replace("enabled", "primary")}`,
      one.replace("primary", "unknown"), one.replace(/"id":"../, '"id":"zz'), one.slice(0, -5), `${one}\n${alone}`, `{"__proto__":{"id":"x"}}`];
    for (const line of wrong) {
      expect(codeOf(() => parseKeyset(line)), line.length > 60 ? "a line" : line).toBe("key-invalid");
      try {
        parseKeyset(line);
      } catch (thrown) {
        expect(inspect(thrown, { depth: 9 })).not.toContain(JSON.parse(one).key.slice(4, 20));
      }
    }
    expect(inspect(keyset, { depth: 9, showHidden: true }) + JSON.stringify(keyset)).not.toContain(JSON.parse(one).key.slice(4, 20));
  });
});

describe("key file with a keyset", () => {
  let folder = "";
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "kalends-keyset-"))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("is changed in one step, mode 0600, and one change at a time", async () => {
    const path = join(folder, "kalends.key");
    await writeKeyFile(path, generateKey(random));
    const added = await changeKeyFile(path, (keyset) => keyset.add(newKey()));
    expect(formatKeyset(await loadKeyFile(path))).toBe(formatKeyset(added));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const before = await readFile(path, "utf8");
    expect(await code(changeKeyFile(path, (keyset) => keyset.destroy(keyset.primary.id)))).toBe("invalid-argument");
    expect(await readFile(path, "utf8")).toBe(before);
    const results = await Promise.all(Array.from({ length: 6 }, () => code(changeKeyFile(path, (keyset) => keyset.add(newKey())))));
    const won = results.filter((result) => result === "no error").length;
    expect(won).toBeGreaterThan(0);
    expect(results.every((result) => ["no error", "already-exists"].includes(result))).toBe(true);
    expect((await loadKeyFile(path)).keys).toHaveLength(2 + won);
    await writeFile(`${path}.new`, "left behind", { mode: 0o600 });
    expect(await code(changeKeyFile(path, (keyset) => keyset))).toBe("already-exists");
    await rm(`${path}.new`);
    await chmod(path, 0o640);
    expect(await code(changeKeyFile(path, (keyset) => keyset))).toBe("key-invalid");
  });
});

describe("data keys", () => {
  test("rotation: everything opens before, while and after; a disabled or destroyed key opens nothing", async () => {
    const dataKeys = memoryDataKeys();
    const first = freshKeyset();
    const old = first.primary.id;
    const before = openVault({ keyset: first, dataKeys });
    const sealed = await before.seal(text("a token"), context);
    const value = (await before.forAccount("org", "account")).seal(text("a title"), context);
    const check = await before.newKeyCheck();

    const both = first.add(newKey());
    const next = both.keys[1]?.id ?? "";
    const promoted = openVault({ keyset: both.promote(next), dataKeys });
    expect(await promoted.fitsKeyCheck(check)).toBe(true);
    const opens = async (vault: typeof before): Promise<string> =>
      Buffer.concat([await vault.open(sealed, context), (await vault.forAccount("org", "account")).open(value, context)]).toString();
    expect(await opens(promoted)).toBe("a tokena title");
    const row = (await dataKeys.of("org").get("account")) as DataKeyRow;
    expect(row.keyId).toBe(old);
    const anew = await promoted.rewrap("org", row);
    expect(anew.keyId).toBe(next);
    expect(await promoted.rewrap("org", { ...row, ...anew })).toEqual(anew);
    await dataKeys.of("org").rewrap([{ ...row, ...anew }], { action: "rotate-keys", actor: "host", subject: "org", detail: "1" }, 1);
    // The new process, the one that had the key in memory, and one that never heard of the old key.
    expect(await opens(promoted)).toBe("a tokena title");
    expect(await opens(openVault({ keyset: both, dataKeys }))).toBe("a tokena title");
    const done = openVault({ keyset: both.promote(next).destroy(old), dataKeys });
    expect(await opens(done)).toBe("a tokena title");
    expect(await done.fitsKeyCheck(check)).toBe(false);
    expect(await openVault({ keyset: both.promote(next).disable(old), dataKeys }).fitsKeyCheck(check)).toBe(false);
    expect(await code(opens(before))).toBe("envelope-unknown");
  });

  test("a wrapped key moved to another account, organization, or under another key's name does not unwrap", async () => {
    const keyset = freshKeyset().add(newKey());
    const keys = localKeyring({ keyset, random });
    const { plaintext, ...wrapped } = await keys.generateDataKey({ organizationId: "o", accountId: "a" });
    expect(Buffer.from(await keys.unwrap(wrapped, { organizationId: "o", accountId: "a" })).equals(Buffer.from(plaintext))).toBe(true);
    for (const other of [{ organizationId: "o", accountId: "b" }, { organizationId: "oa", accountId: "" }, { organizationId: "", accountId: "a" }]) {
      expect(await code(keys.unwrap(wrapped, other))).toBe("open-failed");
      expect(await code(keys.rewrap({ ...wrapped, keyId: keyset.keys[1]?.id ?? "" }, other))).toBe("envelope-unknown");
    }
    expect(await code(keys.unwrap({ ...wrapped, keyId: "0000000000000000" }, { organizationId: "o", accountId: "a" }))).toBe("envelope-unknown");
    expect(await keys.destroy({ organizationId: "o", accountId: "a" })).toBe("logical");
  });

  test("are unwrapped once, kept within the limit, and not used after they were destroyed elsewhere", async () => {
    const dataKeys = memoryDataKeys();
    const inner = localKeyring({ keyset: freshKeyset(), random });
    const calls = { unwrap: 0, generate: 0 };
    const keys: KeyService = {
      ...inner,
      generateDataKey: (where) => inner.generateDataKey(where).finally(() => calls.generate++),
      unwrap: (wrapped, where) => inner.unwrap(wrapped, where).finally(() => calls.unwrap++),
    };
    const vault = openVault({ keys, dataKeys, cachedKeys: 3 });
    for (let round = 0; round < 10; round++) for (const id of ["a", "b", "c"]) await vault.forAccount("org", id);
    expect(calls).toEqual({ generate: 3, unwrap: 0 });
    await vault.forAccount("org", "d");
    await vault.forAccount("org", "a");
    expect(calls).toEqual({ generate: 4, unwrap: 1 });

    const sealed = (await vault.forAccount("org", "a")).seal(text("x"), context);
    const second = openVault({ keys, dataKeys });
    await second.forAccount("org", "a");
    expect(await vault.destroyDataKey("org", "a")).toBe("logical");
    expect(dataKeys.rows.size).toBe(3);
    // A key of that name may be made anew; what the destroyed one sealed stays shut, in every process.
    for (const process of [vault, second]) {
      const sealer = await process.forAccount("org", "a");
      expect(codeOf(() => sealer.open(sealed, context))).toBe("envelope-unknown");
    }
  });

  test("of two processes that make the first key at once, both end with the same one", async () => {
    const dataKeys = memoryDataKeys();
    const keyset = freshKeyset();
    const vaults = Array.from({ length: 5 }, () => openVault({ keyset, dataKeys }));
    const sealers = await Promise.all(vaults.map((vault) => vault.forAccount("org", "new")));
    const sealed = sealers.map((sealer) => sealer.seal(text("x"), context));
    for (const sealer of sealers) for (const value of sealed) expect(Buffer.from(sealer.open(value, context)).toString()).toBe("x");
    expect(new Set(sealers.map((sealer) => sealer.digest("uid"))).size).toBe(1);
  });

  test("a key service that fails is told apart, and nothing that it said is quoted", async () => {
    const failing = (): never => {
      throw new TypeError("AccessKeyId=c4n4ry");
    };
    const vault = openVault({ keys: { generateDataKey: async () => failing(), unwrap: async () => failing(), rewrap: async () => failing(), destroy: async () => failing() } });
    const thrown = await vault.forAccount("org", "a").catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "key-service-failed", failure: "transient" });
    expect(inspect(thrown, { depth: 9 })).not.toContain("c4n4ry");
    expect(await code(vault.newKeyCheck())).toBe("key-service-failed");
    expect(await code(vault.fitsKeyCheck('{"keyId":"k","wrapped":""}'))).toBe("key-service-failed");
    expect(await vault.fitsKeyCheck("nonsense")).toBe(false);
  });
});
