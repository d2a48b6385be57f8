import type { AccountSealer, OrganizationId, Random, SealContext } from "@kalends/model";
import { AssociatedData } from "./associated-data.ts";
import { canonicalBytes } from "./canonical-bytes.ts";
import { accountSuite, envelopeUnknown, envelopeVersion, fixedSuite } from "./envelope.ts";
import { equalBytes } from "./equal-bytes.ts";
import { openFailed } from "./open-failed.ts";
import { nonceBytes, tagBytes, type GcmKey, type VaultCipher } from "./vault-cipher.ts";

/** Many values of one account name one data key, so that a few bytes are enough to tell another one. */
const shortIdBytes = 4;

/** A digest is the first 16 bytes of its HMAC. */
const digestDigits = 32;

/** Nonces are drawn this many at a time: a call for random bytes costs more than the sealing of a short text. */
const noncesPerDraw = 256;

/** What the sealer is made of: an id that its values name, and a key for each of its works. */
export interface AccountKeys {
  id: Uint8Array;
  data: Uint8Array;
  /** Seals values whose nonce follows from their text; `nonces` is what it follows by. */
  fixed: Uint8Array;
  nonces: Uint8Array;
  digest: Uint8Array;
}

/** One of the two suites: what its values begin with, and the key that opens them. */
interface Suite {
  head: Uint8Array;
  gcm: GcmKey;
  associated: AssociatedData;
}

/**
 * The sealer of one account. Its values are `version 1 | suite 1 | data key id 4 | nonce 12 | ciphertext | tag 16` under AES-256-GCM, with
 * the context as associated data; good for 2^32 values an account (NIST SP 800-38D section 8.3).
 */
export function createAccountSealer(cipher: VaultCipher, random: Random, keys: AccountKeys, organizationId: OrganizationId): AccountSealer {
  const suite = (number: number, key: Uint8Array): Suite => {
    const head = Uint8Array.of(envelopeVersion, number, ...keys.id.subarray(0, shortIdBytes));
    return { head, gcm: cipher.gcmKey(key), associated: new AssociatedData(head) };
  };
  const drawn = suite(accountSuite, keys.data);
  const fixed = suite(fixedSuite, keys.fixed);
  const fixedNonce = cipher.hmacKey(keys.nonces);
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
    seal: (plaintext, context) => write(drawn, nextNonce(), associatedData(drawn, organizationId, context), plaintext),
    sealFixed(plaintext, context) {
      const associated = associatedData(fixed, organizationId, context);
      const bytes = bytesOf(plaintext);
      const nonce = fixedNonce.bytes(canonicalBytes([associated, bytes])).subarray(0, nonceBytes);
      return write(fixed, nonce, associated, bytes);
    },
    open(sealed, context) {
      const { length } = drawn.head;
      if (sealed.length < length + nonceBytes + tagBytes) throw openFailed();
      const named = [drawn, fixed].find(({ head }) => equalBytes(sealed.subarray(0, length), head));
      if (named === undefined) throw envelopeUnknown();
      const nonce = sealed.subarray(length, length + nonceBytes);
      const plaintext = named.gcm.open(nonce, associatedData(named, organizationId, context), sealed.subarray(length + nonceBytes));
      if (plaintext === null) throw openFailed();
      return plaintext;
    },
    digest: (text) => hmac.hex(text).slice(0, digestDigits),
  };
}

function write({ head, gcm }: Suite, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array | string): Uint8Array {
  return gcm.seal(nonce, associated, plaintext, [head, nonce]);
}

function bytesOf(plaintext: Uint8Array | string): Uint8Array {
  return typeof plaintext === "string" ? Buffer.from(plaintext, "utf8") : plaintext;
}

/** The account's own organization is bound in as well, so that a context of another organization never opens here. */
function associatedData({ associated }: Suite, organizationId: OrganizationId, context: SealContext): Uint8Array {
  if (context.organizationId !== organizationId) throw openFailed();
  return associated.of(context);
}
