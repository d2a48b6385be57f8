import { randomBytes } from "node:crypto";
import { KalendsError, type SealContext } from "@kalends/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Keyset, nodeCipher, parseKey, portableCipher } from "../src/index.ts";
import { memoryDataKeys } from "./memory-data-keys.ts";
import { countingRandom, freshKeyset, openVault } from "./open-vault.ts";

const place = { organizationId: "org", accountId: "account", table: "connection", row: "c-1", column: "credential" };
const context: SealContext = { ...place, purpose: "credential", generation: 3 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const keyset = freshKeyset();
const dataKeys = memoryDataKeys();
const vault = openVault({ keyset, dataKeys });

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return "opened";
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KalendsError);
    return (thrown as KalendsError).code;
  }
}

/** Each differs from `context` in one part; the last two would meet it if parts were joined without their lengths. */
const otherContexts: SealContext[] = [
  { ...context, table: "calendar" },
  { ...context, row: "c-2" },
  { ...context, column: "other" },
  { ...context, purpose: "content" },
  { ...context, generation: 2 },
  { ...context, generation: 2 ** 32 + 3 },
  { ...context, table: "connectionc", row: "-1" },
  { ...context, column: "credentialc", purpose: "redential" },
];

describe("envelope", () => {
  test("opens to what was sealed, any text and context", async () => {
    const part = fc.string({ unit: "grapheme", maxLength: 40 });
    const contexts = fc.record({ organizationId: part, table: part, row: part, column: part, purpose: part, generation: fc.nat() });
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), contexts, async (plaintext, where) => {
      const sealed = await vault.seal(plaintext, where);
      expect(sealed.length).toBe(1 + 1 + 8 + 32 + 12 + 32 + plaintext.length + 16);
      expect(Uint8Array.from(await vault.open(sealed, where))).toEqual(plaintext);
    }), { numRuns: 60 });
  });

  test("every changed byte is noticed: version, suite and key id as unknown, the rest as not opening", async () => {
    const sealed = await vault.seal(text("a password"), context);
    for (let i = 0; i < sealed.length; i++) {
      for (const bit of [0x01, 0x80]) {
        const changed = Uint8Array.from(sealed);
        changed[i] = (changed[i] as number) ^ bit;
        expect(await codeOf(() => vault.open(changed, context)), `byte ${i}`).toBe(i < 10 ? "envelope-unknown" : "open-failed");
      }
    }
  });

  test("every truncation and an extension fail", async () => {
    const sealed = await vault.seal(text("a password"), context);
    for (let length = 0; length < sealed.length; length++) {
      expect(await codeOf(() => vault.open(sealed.subarray(0, length), context))).toBe("open-failed");
    }
    expect(await codeOf(() => vault.open(Buffer.concat([sealed, Buffer.alloc(1)]), context))).toBe("open-failed");
  });

  test("a value moved elsewhere does not open", async () => {
    const sealed = await vault.seal(text("a password"), context);
    for (const other of otherContexts) expect(await codeOf(() => vault.open(sealed, other))).toBe("open-failed");
  });

  test("of 40 rows each opens in its own place and generation only", async () => {
    const places = Array.from({ length: 40 }, (_, row): SealContext => ({ ...context, row: `c-${row % 20}`, generation: Math.floor(row / 20) }));
    const cells = await Promise.all(places.map((where) => vault.seal(text("the same"), where)));
    for (const [at, where] of places.entries()) {
      for (const [from, cell] of cells.entries()) expect(await codeOf(() => vault.open(cell, where))).toBe(at === from ? "opened" : "open-failed");
    }
  });

  test("salt, nonce or commitment of another envelope does not fit", async () => {
    const one = await vault.seal(text("one"), context);
    const two = await vault.seal(text("two"), context);
    for (const [from, to] of [[10, 42], [42, 54], [54, 86], [86, one.length]] as const) {
      const mixed = Uint8Array.from(one);
      mixed.set(two.subarray(from, to), from);
      expect(await codeOf(() => vault.open(mixed, context))).toBe("open-failed");
    }
  });

  test("a value of another organization or account does not open, not even where it claims the data key's id", async () => {
    const sealed = await vault.seal(text("x"), context);
    for (const other of [{ organizationId: "org2" }, { accountId: "account2" }, { accountId: "" }, { organizationId: "orga", accountId: "ccount" }]) {
      expect(await codeOf(() => vault.open(sealed, { ...context, ...other }))).toBe("envelope-unknown");
      const claimed = Uint8Array.from(sealed);
      claimed.set((await vault.seal(text("x"), { ...context, ...other })).subarray(2, 10), 2);
      expect(await codeOf(() => vault.open(claimed, { ...context, ...other }))).toBe("open-failed");
    }
  });

  test("10^5 seals of one text: all salts, nonces, commitments and ciphertexts differ", async () => {
    const seen = { salt: new Set<string>(), nonce: new Set<string>(), commitment: new Set<string>(), body: new Set<string>() };
    const plaintext = text("the same text");
    for (let i = 0; i < 100_000; i++) {
      const sealed = Buffer.from(await vault.seal(plaintext, context));
      seen.salt.add(sealed.toString("latin1", 10, 42));
      seen.nonce.add(sealed.toString("latin1", 42, 54));
      seen.commitment.add(sealed.toString("latin1", 54, 86));
      seen.body.add(sealed.toString("latin1", 86));
    }
    expect(Object.values(seen).map((set) => set.size)).toEqual([100_000, 100_000, 100_000, 100_000]);
  }, 60_000);

  test("a generation that is no whole number is refused", async () => {
    for (const generation of [-1, 1.5, Number.NaN, 2 ** 60]) {
      expect(await codeOf(() => vault.seal(text("x"), { ...context, generation }))).toBe("invalid-argument");
    }
  });
});

describe("the two ciphers", () => {
  test("give the same bytes, and open each other's", async () => {
    const vaults = [nodeCipher, portableCipher].map((cipher) => openVault({ keyset, random: countingRandom(), cipher }));
    const [fast, portable] = vaults as [typeof vault, typeof vault];
    expect(await fast.newKeyCheck()).toBe(await portable.newKeyCheck());
    const accounts = [await fast.forAccount("org", "a"), await portable.forAccount("org", "a")] as const;
    for (const length of [0, 1, 15, 16, 17, 300, 5_000]) {
      const plaintext = new Uint8Array(randomBytes(length));
      const sealed = await fast.seal(plaintext, context);
      expect(Buffer.from(await portable.seal(plaintext, context)).equals(Buffer.from(sealed))).toBe(true);
      expect(Uint8Array.from(await portable.open(sealed, context))).toEqual(plaintext);
      const compact = accounts[0].seal(plaintext, context);
      expect(Buffer.from(accounts[1].seal(plaintext, context)).equals(Buffer.from(compact))).toBe(true);
      expect(Uint8Array.from(accounts[1].open(compact, context))).toEqual(plaintext);
      expect(Buffer.from(accounts[1].sealFixed(plaintext, context)).equals(Buffer.from(accounts[0].sealFixed(plaintext, context)))).toBe(true);
    }
    expect(accounts[0].digest("uid")).toBe(accounts[1].digest("uid"));
  });
});

describe("the format, byte for byte", () => {
  // Written by version 1 of the envelope. If one of these changes, stored data of users no longer opens.
  const key = Buffer.alloc(32, 9).toString("base64url");
  const record =
    "0101c068863f1c99ee4e4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767786" +
    "a2e92fbe899298168401f327bc2f603a1919d6e2b147df1a10f37cd822333bd90ac5d6875674fc04048dea9bdda5715b6aec5f24";
  const compact = "0103c068863f78797a7b7c7d7e7f80818283d810201f6d1eea9137dec74102658c3ae8735d8e48";
  const wrapped =
    "010178ec61d958fa4fb2202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4bc8" +
    "f6a135f21f60ec27bfa8d0e42ee7074e42a7514be893ddde1821e6ceef86e71e25232052437efdeedf3b67f7a57560e70716da00804def" +
    "d9eff554a5b821cf6089b9d435a47a3eaa20efcb0762bd0d";

  test("is written and opened as it always was", async () => {
    const fixedKeys = memoryDataKeys();
    const fixed = openVault({ keyset: Keyset.of(parseKey(key)), random: countingRandom(), dataKeys: fixedKeys });
    expect(Buffer.from(await fixed.seal(text("hello"), context)).toString("hex")).toBe(record);
    const sealer = await fixed.forAccount("org", "account");
    expect(Buffer.from(sealer.seal(text("hello"), context)).toString("hex")).toBe(compact);
    expect(sealer.digest("uid")).toBe("c50e245eeec6220f3467e21722835099");
    const [row] = [...fixedKeys.rows.values()];
    expect([row?.keyId, Buffer.from(row?.wrapped ?? []).toString("hex")]).toEqual(["78ec61d958fa4fb2", wrapped]);
    // Another process, which has the key and the row and nothing else.
    const later = openVault({ keyset: Keyset.of(parseKey(key)), dataKeys: fixedKeys });
    expect(Buffer.from(await later.open(Buffer.from(record, "hex"), context)).toString()).toBe("hello");
    expect(Buffer.from((await later.forAccount("org", "account")).open(Buffer.from(compact, "hex"), context)).toString()).toBe("hello");
  });
});

describe("account sealer", () => {
  test("opens what it sealed, and nothing changed, cut, moved or of another account", async () => {
    const sealer = await vault.forAccount("org", "account");
    const sealed = sealer.seal(text("Lunch with Ada"), context);
    expect(sealed.length).toBe(1 + 1 + 4 + 12 + 14 + 16);
    expect(Buffer.from(sealer.open(sealed, context)).toString()).toBe("Lunch with Ada");
    for (let i = 0; i < sealed.length; i++) {
      const changed = Uint8Array.from(sealed);
      changed[i] = (changed[i] as number) ^ 1;
      expect(await codeOf(() => sealer.open(changed, context)), `byte ${i}`).toBe(i < 6 ? "envelope-unknown" : "open-failed");
      expect(await codeOf(() => sealer.open(sealed.subarray(0, i), context))).toBe("open-failed");
    }
    for (const other of [...otherContexts, { ...context, organizationId: "org2" }, { ...context, accountId: "account2" }]) {
      expect(await codeOf(() => sealer.open(sealed, other))).toBe("open-failed");
    }
    const strangers = [await vault.forAccount("org", "account2"), await vault.forAccount("orga", "ccount")];
    for (const stranger of strangers) expect(await codeOf(() => stranger.open(sealed, context))).toMatch(/^(envelope-unknown|open-failed)$/);
  });

  test("a fixed seal is the same for the same text and place only, and opens like the others", async () => {
    const sealer = await vault.forAccount("org", "account");
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
    const sealed = sealer.sealFixed(text("ada@example.test"), context);
    expect(hex(sealer.sealFixed(text("ada@example.test"), context))).toBe(hex(sealed));
    expect(Buffer.from(sealer.open(sealed, context)).toString()).toBe("ada@example.test");
    const others = otherContexts.map((other) => sealer.sealFixed(text("ada@example.test"), other));
    others.push(sealer.sealFixed(text("ada@example.tes"), context), sealer.seal(text("ada@example.test"), context));
    others.push((await vault.forAccount("org", "account2")).sealFixed(text("ada@example.test"), context));
    expect(new Set(others.map((other) => hex(other.subarray(6, 18)))).size).toBe(others.length);
    expect(others.map(hex)).not.toContain(hex(sealed));
    for (let i = 0; i < sealed.length; i++) {
      const changed = Uint8Array.from(sealed);
      changed[i] = (changed[i] as number) ^ 1;
      expect(await codeOf(() => sealer.open(changed, context)), `byte ${i}`).toBe(i < 6 ? "envelope-unknown" : "open-failed");
    }
    // The two suites do not open each other's values.
    const relabelled = Uint8Array.from(sealed);
    relabelled[1] = 3;
    expect(await codeOf(() => sealer.open(relabelled, context))).toBe("open-failed");
    for (const other of otherContexts) expect(await codeOf(() => sealer.open(sealed, other))).toBe("open-failed");
  });

  test("a value of the account does not open as one of the vault, nor the other way round", async () => {
    const sealer = await vault.forAccount("org", "account");
    const large = text("x".repeat(200));
    expect(await codeOf(() => vault.open(sealer.seal(large, context), context))).toBe("envelope-unknown");
    const sealed = await vault.seal(large, context);
    expect(await codeOf(() => sealer.open(sealed, context))).toBe("envelope-unknown");
  });

  test("10,000 seals use 10,000 nonces", async () => {
    const sealer = await vault.forAccount("org", "account");
    const nonces = new Set<string>();
    for (let i = 0; i < 10_000; i++) nonces.add(Buffer.from(sealer.seal(text("x"), context)).toString("latin1", 6, 18));
    expect(nonces.size).toBe(10_000);
  });

  test("digests: equal for equal texts of one account only", async () => {
    const one = await vault.forAccount("org", "a");
    const again = await vault.forAccount("org", "a");
    const other = await vault.forAccount("org", "b");
    expect(one.digest("uid@x")).toMatch(/^[0-9a-f]{32}$/);
    expect(again.digest("uid@x")).toBe(one.digest("uid@x"));
    expect(other.digest("uid@x")).not.toBe(one.digest("uid@x"));
    expect(one.digest("uid@y")).not.toBe(one.digest("uid@x"));
  });
});
