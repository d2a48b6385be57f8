import type { AccountId, AccountSealer, OrganizationId, Random, SealContext } from "@kalends/model";
import { canonicalBytes } from "./canonical-bytes.ts";
import { contextBytes } from "./context-bytes.ts";
import { accountSuite, envelopeVersion } from "./envelope.ts";
import { openFailed } from "./open-failed.ts";
import { nonceBytes, tagBytes, type VaultCipher } from "./vault-cipher.ts";

const head = Uint8Array.of(envelopeVersion, accountSuite);
const encoder = new TextEncoder();
const noSalt = new Uint8Array();

/** Nonces are drawn this many at a time: a call for random bytes costs more than the sealing of a short text. */
const noncesPerDraw = 256;

/** Keys of one account: one that seals, one that digests. The ids are hashed, as HKDF's info is bounded in some libraries. */
function deriveKeys(
  cipher: VaultCipher,
  masterKey: Uint8Array,
  organizationId: OrganizationId,
  accountId: AccountId,
): { data: Uint8Array; digest: Uint8Array } {
  const owner = cipher.sha256(canonicalBytes([organizationId, accountId]));
  const derive = (purpose: string): Uint8Array => cipher.hkdf(masterKey, noSalt, canonicalBytes([purpose, owner]), 32);
  return { data: derive("kalends account data v1"), digest: derive("kalends account digest v1") };
}

/**
 * The sealer of one account. Its values are `version 1 | suite 1 | nonce 12 | ciphertext | tag 16` under AES-256-GCM, with the
 * context as associated data; good for 2^32 values an account (NIST SP 800-38D section 8.3).
 */
export function createAccountSealer(
  cipher: VaultCipher,
  random: Random,
  masterKey: Uint8Array,
  organizationId: OrganizationId,
  accountId: AccountId,
): AccountSealer {
  const keys = deriveKeys(cipher, masterKey, organizationId, accountId);
  const gcm = cipher.gcmKey(keys.data);
  const hmac = cipher.hmacKey(keys.digest);
  let nonces: Uint8Array = noSalt;
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
      const sealed = gcm.seal(nonce, associatedData(organizationId, context), plaintext);
      const value = new Uint8Array(head.length + nonceBytes + sealed.length);
      value.set(head);
      value.set(nonce, head.length);
      value.set(sealed, head.length + nonceBytes);
      return value;
    },
    open(sealed, context) {
      const shortest = head.length + nonceBytes + tagBytes;
      if (sealed.length < shortest || sealed[0] !== envelopeVersion || sealed[1] !== accountSuite) throw openFailed();
      const nonce = sealed.subarray(head.length, head.length + nonceBytes);
      const plaintext = gcm.open(nonce, associatedData(organizationId, context), sealed.subarray(head.length + nonceBytes));
      if (plaintext === null) throw openFailed();
      return plaintext;
    },
    digest: (text) => Buffer.from(hmac(encoder.encode(text)).subarray(0, 16)).toString("hex"),
  };
}

/** The account's own organization is bound in as well, so that a context of another organization never opens here. */
function associatedData(organizationId: OrganizationId, context: SealContext): Uint8Array {
  if (context.organizationId !== organizationId) throw openFailed();
  return contextBytes(head, context);
}
