import { createCipheriv, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCipher, portableCipher } from "../src/index.ts";
import { sharedJson } from "./shared-data.ts";

interface GcmCase { id?: number; tcId?: number; key: string; iv: string; aad: string; msg: string; ct: string; tag: string; result: string }
interface HkdfCase { ikm: string; salt: string; info: string; size: number; okm: string; result: string }

const hex = (text: string): Uint8Array => Buffer.from(text, "hex");
const own = sharedJson<{ aesGcm256: GcmCase[]; hkdfSha256: HkdfCase[] }>("vault-vectors/vectors.json");
const wycheproofGcm = sharedJson<{ tests: GcmCase[] }>("wycheproof/aes-gcm-256-96-shared.json");
const wycheproofHkdf = sharedJson<{ tests: HkdfCase[] }>("wycheproof/hkdf-sha256-shared.json");
const gcmCases = [...(own?.aesGcm256 ?? []), ...(wycheproofGcm?.tests ?? [])];
const hkdfCases = [...(own?.hkdfSha256 ?? []), ...(wycheproofHkdf?.tests ?? [])];

describe.each([["node", nodeCipher], ["portable", portableCipher]] as const)("%s cipher", (_name, cipher) => {
  test("AES-256-GCM vectors seal, open and fail as published", (context) => {
    if (gcmCases.length === 0) context.skip("the shared vectors are absent");
    let valid = 0;
    for (const entry of gcmCases) {
      const key = cipher.gcmKey(hex(entry.key));
      const sealed = Buffer.concat([hex(entry.ct), hex(entry.tag)]);
      const opened = key.open(hex(entry.iv), hex(entry.aad), sealed);
      if (entry.result === "valid") {
        valid++;
        expect(Buffer.from(opened ?? "x").toString("hex")).toBe(entry.msg);
        expect(Buffer.from(key.seal(hex(entry.iv), hex(entry.aad), hex(entry.msg))).toString("hex")).toBe(sealed.toString("hex"));
      } else expect(opened, `case ${entry.id ?? entry.tcId}`).toBeNull();
    }
    expect(valid).toBeGreaterThan(20);
    expect(valid).toBeLessThan(gcmCases.length);
  });

  test("HKDF-SHA-256 vectors", (context) => {
    if (hkdfCases.length === 0) context.skip("the shared vectors are absent");
    let checked = 0;
    for (const entry of hkdfCases) {
      // RFC 5869 bounds the output at 255 blocks.
      if (entry.size > 255 * 32) {
        expect(() => cipher.hkdf(hex(entry.ikm), hex(entry.salt), hex(entry.info), entry.size)).toThrow();
        continue;
      }
      const output = Buffer.from(cipher.hkdf(hex(entry.ikm), hex(entry.salt), hex(entry.info), entry.size)).toString("hex");
      if (entry.result === "valid") expect(output).toBe(entry.okm);
      else expect(output).not.toBe(entry.okm);
      checked++;
    }
    expect(checked).toBeGreaterThan(20);
  });

  test("HMAC-SHA-256 of bytes and texts is that of node:crypto, at every length about a block and a buffer's end", () => {
    const lengths = fc.oneof(fc.nat(300), fc.constantFrom(10_921, 10_922, 10_923, 32_767, 32_768, 32_769, 100_000));
    const keys = fc.uint8Array({ minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(keys, fc.string({ unit: "binary", minLength: 1, maxLength: 5 }), lengths, (key, piece, length) => {
        const text = piece.repeat(length).slice(0, length);
        const wanted = createHmac("sha256", key).update(text, "utf8").digest("hex");
        const hmac = cipher.hmacKey(key);
        for (const message of [text, Buffer.from(text, "utf8")]) {
          expect(hmac.hex(message)).toBe(wanted);
          expect(Buffer.from(hmac.bytes(message)).toString("hex")).toBe(wanted);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("bytes given before stand before the ciphertext", () => {
    const key = cipher.gcmKey(Buffer.alloc(32, 7));
    const [nonce, associated, plaintext] = [Buffer.alloc(12, 1), Buffer.from("where"), Buffer.from("what")];
    const sealed = key.seal(nonce, associated, plaintext, [Buffer.from("head"), nonce]);
    expect(Buffer.from(sealed.subarray(0, 16)).equals(Buffer.concat([Buffer.from("head"), nonce]))).toBe(true);
    expect(Buffer.from(key.open(nonce, associated, sealed.subarray(16)) ?? "").toString()).toBe("what");
    expect(sealed.length).toBe(16 + plaintext.length + 16);
  });

  test("tags cut short never open", () => {
    const key = Buffer.alloc(32, 7);
    const nonce = Buffer.alloc(12, 1);
    for (const authTagLength of [4, 8, 12, 13, 14, 15]) {
      const writer = createCipheriv("aes-256-gcm", key, nonce, { authTagLength });
      const cut = Buffer.concat([writer.update("some text of more than sixteen bytes"), writer.final(), writer.getAuthTag()]);
      expect(cipher.gcmKey(key).open(nonce, new Uint8Array(), cut)).toBeNull();
    }
    expect(cipher.gcmKey(key).open(nonce.subarray(0, 8), new Uint8Array(), Buffer.alloc(40))).toBeNull();
  });
});
