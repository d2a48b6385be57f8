import type { AccountSealer, OrganizationId, Random, SealContext } from "@kalends/model";
import { contextBytes } from "./context-bytes.ts";
import { accountSuite, envelopeUnknown, envelopeVersion } from "./envelope.ts";
import { equalBytes } from "./equal-bytes.ts";
import { openFailed } from "./open-failed.ts";
import { nonceBytes, tagBytes, type VaultCipher } from "./vault-cipher.ts";

/** Many values of one account name one data key, so that a few bytes are enough to tell another one. */
const shortIdBytes = 4;
const encoder = new TextEncoder();

/** Nonces are drawn this many at a time: a call for random bytes costs more than the sealing of a short text. */
const noncesPerDraw = 256;

/** What the sealer is made of: an id that its values name, a key that seals, one that digests. */
export interface AccountKeys {
  id: Uint8Array;
  data: Uint8Array;
  digest: Uint8Array;
}

/**
 * The sealer of one account. Its values are `version 1 | suite 1 | data key id 4 | nonce 12 | ciphertext | tag 16` under AES-256-GCM, with
 * the context as associated data; good for 2^32 values an account (NIST SP 800-38D section 8.3).
 */
export function createAccountSealer(cipher: VaultCipher, random: Random, keys: AccountKeys, organizationId: OrganizationId): AccountSealer {
  const head = Uint8Array.of(envelopeVersion, accountSuite, ...keys.id.subarray(0, shortIdBytes));
  const gcm = cipher.gcmKey(keys.data);
  const hmac = cipher.hmacKey(keys.digest);
  let nonces: Uint8Array = new Uint8Array();
  let at = 0;
  const nextNonce = (): Uint8Array => {
    if (at >= nonces.length) {
      nonces = random.bytes(nonceBytes * noncesPerDraw);
      at = 0;
    }
    const nonce = nonces.subarray(at, at + nonceBytes);
    at += nonceBytes;
    return nonce;
  };

  return {
    seal(plaintext, context) {
      const nonce = nextNonce();
      const sealed = gcm.seal(nonce, associatedData(head, organizationId, context), plaintext);
      const value = new Uint8Array(head.length + nonceBytes + sealed.length);
      value.set(head);
      value.set(nonce, head.length);
      value.set(sealed, head.length + nonceBytes);
      return value;
    },
    open(sealed, context) {
      if (sealed.length < head.length + nonceBytes + tagBytes) throw openFailed();
      if (!equalBytes(sealed.subarray(0, head.length), head)) throw envelopeUnknown();
      const nonce = sealed.subarray(head.length, head.length + nonceBytes);
      const plaintext = gcm.open(nonce, associatedData(head, organizationId, context), sealed.subarray(head.length + nonceBytes));
      if (plaintext === null) throw openFailed();
      return plaintext;
    },
    digest: (text) => Buffer.from(hmac(encoder.encode(text)).subarray(0, 16)).toString("hex"),
  };
}

/** The account's own organization is bound in as well, so that a context of another organization never opens here. */
function associatedData(head: Uint8Array, organizationId: OrganizationId, context: SealContext): Uint8Array {
  if (context.organizationId !== organizationId) throw openFailed();
  return contextBytes(head, context);
}
