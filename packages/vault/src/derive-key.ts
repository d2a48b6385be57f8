import { canonicalBytes } from "./canonical-bytes.ts";
import type { VaultCipher } from "./vault-cipher.ts";

const noSalt = new Uint8Array();

/** Bytes for one purpose out of a key; nothing about the key or another purpose follows from them. */
export function deriveKey(cipher: VaultCipher, key: Uint8Array, purpose: string, length: number): Uint8Array {
  return cipher.hkdf(key, noSalt, canonicalBytes([purpose]), length);
}
