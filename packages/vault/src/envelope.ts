import { KalendsError } from "@kalends/model";
import { openFailed } from "./open-failed.ts";
import { nonceBytes, tagBytes } from "./vault-cipher.ts";

/** Version of all envelopes written today. */
export const envelopeVersion = 1;
/** HKDF-SHA-256 record key and commitment, AES-256-GCM. */
export const recordSuite = 1;
/** AES-256-GCM under an account's data key, which the value names. */
export const accountSuite = 3;
/** The same under a key of its own, with a nonce that follows from context and text. */
export const fixedSuite = 4;

export const keyIdBytes = 8;
export const saltBytes = 32;
export const commitmentBytes = 32;

const saltAt = 2 + keyIdBytes;
const nonceAt = saltAt + saltBytes;
const commitmentAt = nonceAt + nonceBytes;
const sealedAt = commitmentAt + commitmentBytes;

/** `version 1 | suite 1 | key id 8 | salt 32 | nonce 12 | commitment 32 | ciphertext | tag 16` */
export interface Envelope {
  keyId: Uint8Array;
  salt: Uint8Array;
  nonce: Uint8Array;
  commitment: Uint8Array;
  /** Ciphertext and tag. */
  sealed: Uint8Array;
}

export function writeEnvelope(envelope: Envelope): Uint8Array {
  const { keyId, salt, nonce, commitment, sealed } = envelope;
  return Buffer.concat([Uint8Array.of(envelopeVersion, recordSuite), keyId, salt, nonce, commitment, sealed]);
}

/** Takes an envelope apart. Throws `envelope-unknown` for another version or suite, `open-failed` for one cut short. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw openFailed();
  if (bytes[0] !== envelopeVersion) throw envelopeUnknown();
  if (bytes.length < sealedAt + tagBytes) throw openFailed();
  if (bytes[1] !== recordSuite) throw envelopeUnknown();
  return {
    keyId: bytes.subarray(2, saltAt),
    salt: bytes.subarray(saltAt, nonceAt),
    nonce: bytes.subarray(nonceAt, commitmentAt),
    commitment: bytes.subarray(commitmentAt, sealedAt),
    sealed: bytes.subarray(sealedAt),
  };
}

export function envelopeUnknown(): KalendsError {
  return new KalendsError("envelope-unknown", "A sealed value names a format or key that is not known here");
}
