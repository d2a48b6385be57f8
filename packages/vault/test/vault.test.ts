import { randomBytes } from "node:crypto";
import { KalendsError, Secret, type Random, type SealContext } from "@kalends/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createVault, generateKey, nodeCipher, parseKey, portableCipher } from "../src/index.ts";

const random: Random = { bytes: (length) => new Uint8Array(randomBytes(length)), uniform: () => 0.5 };
const place = { organizationId: "org", table: "connection", row: "c-1", column: "credential" };
const context: SealContext = { ...place, purpose: "credential", generation: 3 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Bytes that count up, so that two vaults draw the same. */
function countingRandom(): Random {
  let next = 0;
  return { bytes: (length) => Uint8Array.from({ length }, () => next++ & 0xff), uniform: () => 0 };
}

const keyText = generateKey(random);
const vault = createVault({ key: new Secret(keyText), random });

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return "opened";
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(KalendsError);
    return (thrown as KalendsError).code;
  }
}

/** Each differs from `context` in one part; the last three would meet it if parts were joined without their lengths. */
const otherContexts: SealContext[] = [
  { ...context, organizationId: "org2" },
  { ...context, table: "calendar" },
  { ...context, row: "c-2" },
  { ...context, column: "other" },
  { ...context, purpose: "content" },
  { ...context, generation: 2 },
  { ...context, generation: 2 ** 32 + 3 },
  { ...context, organizationId: "orgc", table: "onnection" },
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

  test("salt, nonce or commitment of another envelope does not fit", async () => {
    const one = await vault.seal(text("one"), context);
    const two = await vault.seal(text("two"), context);
    for (const [from, to] of [[10, 42], [42, 54], [54, 86], [86, one.length]] as const) {
      const mixed = Uint8Array.from(one);
      mixed.set(two.subarray(from, to), from);
      expect(await codeOf(() => vault.open(mixed, context))).toBe("open-failed");
    }
  });

  test("another key is unknown, and does not open even where it claims the key id", async () => {
    const sealed = await vault.seal(text("x"), context);
    const other = createVault({ key: parseKey(generateKey(random)), random });
    expect(await codeOf(() => other.open(sealed, context))).toBe("envelope-unknown");
    const claimed = Uint8Array.from(sealed);
    claimed.set((await other.seal(text("x"), context)).subarray(2, 10), 2);
    expect(await codeOf(() => other.open(claimed, context))).toBe("open-failed");
  });

  test("10,000 seals of one text: all salts, nonces, commitments and ciphertexts differ", async () => {
    const seen = { salt: new Set<string>(), nonce: new Set<string>(), commitment: new Set<string>(), body: new Set<string>() };
    const plaintext = text("the same text");
    for (let i = 0; i < 10_000; i++) {
      const sealed = Buffer.from(await vault.seal(plaintext, context));
      seen.salt.add(sealed.toString("latin1", 10, 42));
      seen.nonce.add(sealed.toString("latin1", 42, 54));
      seen.commitment.add(sealed.toString("latin1", 54, 86));
      seen.body.add(sealed.toString("latin1", 86));
    }
    expect(Object.values(seen).map((set) => set.size)).toEqual([10_000, 10_000, 10_000, 10_000]);
  });

  test("a generation that is no whole number is refused", async () => {
    for (const generation of [-1, 1.5, Number.NaN, 2 ** 60]) {
      expect(await codeOf(() => vault.seal(text("x"), { ...context, generation }))).toBe("invalid-argument");
    }
  });

  test("the key check follows the key and tells nothing of it", async () => {
    const again = createVault({ key: parseKey(keyText), random });
    expect(await again.keyCheck()).toBe(await vault.keyCheck());
    expect(await createVault({ key: parseKey(generateKey(random)), random }).keyCheck()).not.toBe(await vault.keyCheck());
    expect(keyText).not.toContain(await vault.keyCheck());
  });
});

describe("the two ciphers", () => {
  test("give the same bytes, and open each other's", async () => {
    const vaults = [nodeCipher, portableCipher].map((cipher) => createVault({ key: parseKey(keyText), random: countingRandom(), cipher }));
    const [fast, portable] = vaults as [typeof vault, typeof vault];
    expect(await fast.keyCheck()).toBe(await portable.keyCheck());
    const accounts = [await fast.forAccount("org", "a"), await portable.forAccount("org", "a")] as const;
    for (const length of [0, 1, 15, 16, 17, 300, 5_000]) {
      const plaintext = new Uint8Array(randomBytes(length));
      const sealed = await fast.seal(plaintext, context);
      expect(Buffer.from(await portable.seal(plaintext, context)).equals(Buffer.from(sealed))).toBe(true);
      expect(Uint8Array.from(await portable.open(sealed, context))).toEqual(plaintext);
      const compact = accounts[0].seal(plaintext, context);
      expect(Buffer.from(accounts[1].seal(plaintext, context)).equals(Buffer.from(compact))).toBe(true);
      expect(Uint8Array.from(accounts[1].open(compact, context))).toEqual(plaintext);
    }
    expect(accounts[0].digest("uid")).toBe(accounts[1].digest("uid"));
  });
});

describe("the format, byte for byte", () => {
  // Written by version 1 of the envelope. If one of these changes, stored data of users no longer opens.
  const key = Buffer.alloc(32, 9).toString("base64url");
  const record =
    "010178ec61d958fa4fb2000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b74" +
    "e0272cce94a2dab31052d96028143e820b517a2af02c7184aafea094b8271790e888f3f53f4af079767e8d437bf5823e0c77c27a";
  const compact = "01022c2d2e2f30313233343536375b1802f708cef8d34d88f815e7c760a932d3db91ae";

  test("is written and opened as it always was", async () => {
    const fixed = createVault({ key: parseKey(key), random: countingRandom() });
    expect(Buffer.from(await fixed.seal(text("hello"), context)).toString("hex")).toBe(record);
    expect(await fixed.keyCheck()).toBe("-1VQaFwGaGgjGXe39TcRlA");
    const sealer = await fixed.forAccount("org", "account");
    expect(Buffer.from(sealer.seal(text("hello"), context)).toString("hex")).toBe(compact);
    expect(sealer.digest("uid")).toBe("9a528e01a2a28087b6dd0319a72f15e4");
    expect(Buffer.from(await fixed.open(Buffer.from(record, "hex"), context)).toString()).toBe("hello");
    expect(Buffer.from(sealer.open(Buffer.from(compact, "hex"), context)).toString()).toBe("hello");
  });
});

describe("account sealer", () => {
  test("opens what it sealed, and nothing changed, cut, moved or of another account", async () => {
    const sealer = await vault.forAccount("org", "account");
    const sealed = sealer.seal(text("Lunch with Ada"), context);
    expect(sealed.length).toBe(1 + 1 + 12 + 14 + 16);
    expect(Buffer.from(sealer.open(sealed, context)).toString()).toBe("Lunch with Ada");
    for (let i = 0; i < sealed.length; i++) {
      const changed = Uint8Array.from(sealed);
      changed[i] = (changed[i] as number) ^ 1;
      expect(await codeOf(() => sealer.open(changed, context))).toBe("open-failed");
      expect(await codeOf(() => sealer.open(sealed.subarray(0, i), context))).toBe("open-failed");
    }
    for (const other of otherContexts) expect(await codeOf(() => sealer.open(sealed, other))).toBe("open-failed");
    const strangers = [await vault.forAccount("org", "account2"), await vault.forAccount("orga", "ccount")];
    for (const stranger of strangers) expect(await codeOf(() => stranger.open(sealed, context))).toBe("open-failed");
  });

  test("a value of the account does not open as one of the vault, nor the other way round", async () => {
    const sealer = await vault.forAccount("org", "account");
    const large = text("x".repeat(200));
    expect(await codeOf(() => vault.open(sealer.seal(large, context), context))).toBe("envelope-unknown");
    const sealed = await vault.seal(large, context);
    expect(await codeOf(() => sealer.open(sealed, context))).toBe("open-failed");
  });

  test("10,000 seals use 10,000 nonces", async () => {
    const sealer = await vault.forAccount("org", "account");
    const nonces = new Set<string>();
    for (let i = 0; i < 10_000; i++) nonces.add(Buffer.from(sealer.seal(text("x"), context)).toString("latin1", 2, 14));
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
