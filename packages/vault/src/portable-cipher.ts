import { gcm } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { nonceBytes, tagBytes, type VaultCipher } from "./vault-cipher.ts";

/** The portable path: plain JavaScript, for runtimes without node:crypto and as a second opinion in tests. */
export const portableCipher: VaultCipher = {
  gcmKey: (key) => ({
    seal(nonce, associated, plaintext, before = []) {
      const sealed = gcm(key, nonce, associated).encrypt(bytesOf(plaintext));
      return before.length === 0 ? sealed : concatBytes(...before, sealed);
    },
    open(nonce, associated, sealed) {
      if (nonce.length !== nonceBytes || sealed.length < tagBytes) return null;
      try {
        return gcm(key, nonce, associated).decrypt(sealed);
      } catch {
        return null;
      }
    },
  }),
  hkdf: (inputKey, salt, info, length) => hkdf(sha256, inputKey, salt, info, length),
  hmacKey: (key) => {
    const bytes = (message: Uint8Array | string): Uint8Array => hmac(sha256, key, bytesOf(message));
    return { bytes, hex: (message) => bytesToHex(bytes(message)) };
  },
  sha256: (message) => sha256(message),
};

function bytesOf(message: Uint8Array | string): Uint8Array {
  return typeof message === "string" ? utf8ToBytes(message) : message;
}
