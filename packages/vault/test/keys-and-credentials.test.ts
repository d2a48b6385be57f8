import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { KalendsError, Secret, type SecretCredential, type SealContext } from "@kalends/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  generateKey,
  Keyset,
  loadKeyFile,
  openCredential,
  parseKey,
  sealCredential,
  VaultKey,
  writeKeyFile,
} from "../src/index.ts";
import { freshKeyset, openVault, random } from "./open-vault.ts";

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => "no error", (thrown: KalendsError) => thrown.code);

describe("keys", () => {
  test("a generated key is read back; everything else is key-invalid and not quoted", () => {
    const key = generateKey(random);
    expect(Buffer.from(parseKey(` ${key}\n`).reveal()).toString("base64url")).toBe(key);
    const wrong = ["", "short", key.slice(1), `${key}A`, key.replace(/.$/, "!"), "A".repeat(42) + "B", "+".repeat(43),
      Buffer.alloc(32).toString("hex")];
    for (const text of wrong) {
      try {
        parseKey(text);
        expect.unreachable(text);
      } catch (thrown) {
        expect((thrown as KalendsError).code).toBe("key-invalid");
        if (text.length > 4) expect(inspect(thrown)).not.toContain(text);
      }
    }
  });

  test("a key and a vault print nothing", () => {
    const text = generateKey(random);
    const key = parseKey(text);
    const keyset = Keyset.of(key);
    const vault = openVault({ keyset });
    const hex = Buffer.from(key.reveal()).toString("hex");
    for (const value of [key, { key }, keyset, vault, [vault]]) {
      const printed = `${inspect(value, { depth: 9, showHidden: true })} ${JSON.stringify(value)} ${String(value)}`;
      expect(printed).not.toContain(text);
      expect(printed.replaceAll(" ", "")).not.toContain(hex);
      expect(printed).not.toContain([...key.reveal()].slice(0, 6).join(", "));
    }
    expect(() => new VaultKey(new Uint8Array(31))).toThrow(KalendsError);
  });
});

describe("key file", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kalends-key-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("is written once with mode 0600 and read back", async () => {
    const path = join(folder, "new", "kalends.key");
    const key = generateKey(random);
    await writeKeyFile(path, key);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await loadKeyFile(path)).primary.key.reveal()).toString("base64url")).toBe(key);
    expect(await code(writeKeyFile(path, generateKey(random)))).toBe("already-exists");
    expect((await readFile(path, "utf8")).trim()).toBe(key);
  });

  test("of two that write at once, one wins", async () => {
    const path = join(folder, "race.key");
    const results = await Promise.all(Array.from({ length: 8 }, () => code(writeKeyFile(path, generateKey(random)))));
    expect(results.filter((result) => result === "no error")).toHaveLength(1);
    await loadKeyFile(path);
  });

  test("readable by others, missing, no key or no file: typed errors", async () => {
    const path = join(folder, "open.key");
    await writeKeyFile(path, generateKey(random));
    for (const mode of [0o640, 0o604, 0o660, 0o601]) {
      await chmod(path, mode);
      expect(await code(loadKeyFile(path)), mode.toString(8)).toBe("key-invalid");
    }
    await chmod(path, 0o400);
    expect(await code(loadKeyFile(path))).toBe("no error");
    expect(await code(loadKeyFile(join(folder, "none")))).toBe("key-missing");
    expect(await code(loadKeyFile(folder))).toBe("key-invalid");
    const bad = join(folder, "bad.key");
    await writeFile(bad, "not a key", { mode: 0o600 });
    expect(await code(loadKeyFile(bad))).toBe("key-invalid");
    expect(await code(writeKeyFile(join(folder, "x.key"), "not a key"))).toBe("key-invalid");
    const link = join(folder, "link.key");
    await symlink(join(folder, "target.key"), link);
    expect(await code(writeKeyFile(link, generateKey(random)))).toBe("already-exists");
  });
});

describe("credentials", () => {
  const vault = openVault({ keyset: freshKeyset() });
  const place = { organizationId: "o", table: "connection", row: "c", column: "credential" };
  const context: SealContext = { ...place, purpose: "credential", generation: 1 };
  const canary = "c4n4ry-pässword\n\"\\";
  const credentials: SecretCredential[] = [
    { kind: "password", username: "ada@example.test", password: new Secret(canary) },
    { kind: "oauth", accessToken: new Secret(canary), refreshToken: new Secret("r"), expiresAt: 5, scopes: ["a", "b"] },
    { kind: "oauth", accessToken: new Secret("t"), refreshToken: null, expiresAt: null, scopes: [] },
  ];

  test("come back as they were, still secret", async () => {
    for (const credential of credentials) {
      const sealed = await sealCredential(vault, credential, context);
      expect(Buffer.from(sealed).includes(canary)).toBe(false);
      const opened = await openCredential(vault, sealed, context);
      expect(opened).toEqual(credential);
      const reveal = (value: SecretCredential): unknown =>
        value.kind === "password" ? value.password.reveal() : [value.accessToken.reveal(), value.refreshToken?.reveal() ?? null];
      expect(reveal(opened)).toEqual(reveal(credential));
      expect(inspect(opened, { depth: 9, showHidden: true }) + JSON.stringify(opened)).not.toContain("c4n4ry");
    }
  });

  test("errors quote nothing of what was sealed", async () => {
    const broken = [
      '{"kind":"password","password":"c4n4ry',
      '{"kind":"c4n4ry"}',
      "null",
      '["c4n4ry"]',
      '{"kind":"password","username":1,"password":"c4n4ry"}',
    ];
    for (const text of broken) {
      const sealed = await vault.seal(new TextEncoder().encode(text), context);
      const thrown = await openCredential(vault, sealed, context).then(() => null, (error: unknown) => error);
      expect(thrown).toBeInstanceOf(KalendsError);
      expect(inspect(thrown, { depth: 9 })).not.toContain("c4n4ry");
    }
    const sealed = await sealCredential(vault, credentials[0] as SecretCredential, context);
    expect(await code(openCredential(vault, sealed, { ...context, generation: 2 }))).toBe("open-failed");
  });
});
