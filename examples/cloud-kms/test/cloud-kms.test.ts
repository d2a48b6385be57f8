import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKalends, Secret, type Kalends, type KalendsError } from "kalends";
import { memoryProvider } from "@kalends/testing";
import { kmsKeys } from "../src/kms-keys.ts";
import { memoryKms } from "../src/memory-kms.ts";

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => "no error", (thrown: KalendsError) => thrown.code);

describe("a key service", () => {
  let folder = "";
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "kalends-kms-"))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("wraps every data key, rotates, and is asked once an account", async () => {
    const kms = memoryKms();
    const provider = memoryProvider();
    provider.calendar("work");
    const database = join(folder, "kalends.db");
    const open = (keyId: string): Promise<Kalends> => createKalends({ database, keyService: kmsKeys(kms, keyId), providers: [provider] });
    const old = kms.createKey();
    const first = await open(old);
    for (const name of ["ada", "bob", "cy"]) {
      const { id } = await first.createAccount({ externalId: name, displayName: name });
      const credential = { kind: "password" as const, username: name, password: new Secret("correct horse") };
      await first.connect({ accountId: id, provider: provider.id, address: "memory.test", credential });
    }
    expect((await first.sync()).ok).toBe(true);
    // The key check, the organization and three accounts.
    expect(kms.calls).toEqual(Array.from({ length: 5 }, () => "generateDataKey").toSpliced(1, 0, "decrypt"));
    expect(await first.keys.inUse()).toEqual(new Map([[old, 5]]));
    await first.close();

    const next = kms.createKey();
    const second = await open(next);
    expect((await second.sync()).ok).toBe(true);
    kms.failNext("ThrottlingException");
    expect(await code(second.keys.rotate())).toBe("key-service-failed");
    expect(await second.keys.rotate()).toMatchObject({ primary: next, found: 5, rewrapped: 5, left: 0 });
    await second.close();

    kms.disableKey(old);
    kms.deleteKey(old);
    const third = await open(next);
    expect((await third.sync()).ok).toBe(true);
    expect((await third.listAccounts()).map(({ displayName }) => displayName).sort()).toEqual(["ada", "bob", "cy"]);
    await third.close();

    kms.disableKey(next);
    expect(await code(open(next))).toBe("key-wrong");
    kms.enableKey(next);
    kms.failNext("TimeoutError");
    expect(await code(open(next))).toBe("key-service-failed");
    await (await open(next)).close();
    expect(await code(createKalends({ database, keyService: kmsKeys(memoryKms(), next), providers: [provider] }))).toBe("key-wrong");
  });

  test("a wrapped key that was moved to another account does not open", async () => {
    const kms = memoryKms();
    const service = kmsKeys(kms, kms.createKey());
    const { plaintext, ...wrapped } = await service.generateDataKey({ organizationId: "o", accountId: "a" });
    expect(Buffer.from(await service.unwrap(wrapped, { organizationId: "o", accountId: "a" })).equals(Buffer.from(plaintext))).toBe(true);
    expect(await code(service.unwrap(wrapped, { organizationId: "o", accountId: "b" }))).toBe("open-failed");
    expect(await code(service.unwrap(wrapped, { organizationId: "oa", accountId: "" }))).toBe("open-failed");
  });
});
