import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync } from "node:crypto";
import { hmacSha256 } from "./hmac-sha256.ts";
import { nonceBytes, tagBytes, type VaultCipher } from "./vault-cipher.ts";

const algorithm = "aes-256-gcm";
// Written out where something is opened: without it node:crypto accepts tags cut down to four bytes. What it writes has 16 always.
const options = { authTagLength: tagBytes };

/** The fast path: OpenSSL through node:crypto. */
export const nodeCipher: VaultCipher = {
  gcmKey(key) {
    const secret = createSecretKey(key);
    return {
      seal(nonce, associated, plaintext, before = []) {
        const cipher = createCipheriv(algorithm, secret, nonce);
        cipher.setAAD(associated);
        const body = typeof plaintext === "string" ? cipher.update(plaintext, "utf8") : cipher.update(plaintext);
        // GCM keeps nothing back: what `final` hands out is empty.
        cipher.final();
        return Buffer.concat([...before, body, cipher.getAuthTag()]);
      },
      open(nonce, associated, sealed) {
        if (nonce.length !== nonceBytes || sealed.length < tagBytes) return null;
        const split = sealed.length - tagBytes;
        try {
          const decipher = createDecipheriv(algorithm, secret, nonce, options);
          decipher.setAAD(associated);
          decipher.setAuthTag(sealed.subarray(split));
          const plaintext = decipher.update(sealed.subarray(0, split));
          decipher.final();
          return plaintext;
        } catch {
          return null;
        }
      },
    };
  },
  hkdf: (inputKey, salt, info, length) => new Uint8Array(hkdfSync("sha256", inputKey, salt, info, length)),
  hmacKey: hmacSha256,
  sha256: (message) => createHash("sha256").update(message).digest(),
};
