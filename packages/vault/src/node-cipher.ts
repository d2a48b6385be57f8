import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey, hkdfSync } from "node:crypto";
import { nonceBytes, tagBytes, type VaultCipher } from "./vault-cipher.ts";

const algorithm = "aes-256-gcm";
// Written out at every call: without it node:crypto accepts tags cut down to four bytes.
const options = { authTagLength: tagBytes };

/** The fast path: OpenSSL through node:crypto. */
export const nodeCipher: VaultCipher = {
  gcmKey(key) {
    const secret = createSecretKey(key);
    return {
      seal(nonce, associated, plaintext) {
        const cipher = createCipheriv(algorithm, secret, nonce, options);
        cipher.setAAD(associated);
        const body = cipher.update(plaintext);
        cipher.final();
        return Buffer.concat([body, cipher.getAuthTag()]);
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
  hmacKey(key) {
    // A prepared key object is four times faster here than the bare bytes.
    const secret = createSecretKey(key);
    return (message) => createHmac("sha256", secret).update(message).digest();
  },
  sha256: (message) => createHash("sha256").update(message).digest(),
};
