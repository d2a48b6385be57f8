import type { Random, SealContext } from "@kalends/model";
import { canonicalBytes } from "./canonical-bytes.ts";
import { contextBytes } from "./context-bytes.ts";
import { commitmentBytes, envelopeUnknown, envelopeVersion, readEnvelope, recordSuite, saltBytes, writeEnvelope } from "./envelope.ts";
import { equalBytes } from "./equal-bytes.ts";
import { openFailed } from "./open-failed.ts";
import { nonceBytes, type VaultCipher } from "./vault-cipher.ts";
import { keyBytes } from "./vault-key.ts";

/** A key that seals records, and the id that their envelopes name it by. */
export interface RecordKey {
  keyId: Uint8Array;
  bytes: Uint8Array;
}

/** Seals one value under a key of its own: `version | suite | key id | salt | nonce | commitment | ciphertext | tag`. */
export function sealRecord(cipher: VaultCipher, random: Random, key: RecordKey, plaintext: Uint8Array, context: SealContext): Uint8Array {
  const salt = random.bytes(saltBytes);
  const nonce = random.bytes(nonceBytes);
  const { recordKey, commitment } = recordKeys(cipher, key, salt, context);
  const sealed = cipher.gcmKey(recordKey).seal(nonce, contextBytes(headOf(key), context), plaintext);
  return writeEnvelope({ keyId: key.keyId, salt, nonce, commitment, sealed });
}

/** Throws `envelope-unknown` for another version, suite or key, `open-failed` for everything else that does not open. */
export function openRecord(cipher: VaultCipher, key: RecordKey, sealed: Uint8Array, context: SealContext): Uint8Array {
  const envelope = readEnvelope(sealed);
  if (!equalBytes(envelope.keyId, key.keyId)) throw envelopeUnknown();
  const { recordKey, commitment } = recordKeys(cipher, key, envelope.salt, context);
  // AES-GCM alone lets one ciphertext open under two keys; the commitment is checked first.
  if (!equalBytes(envelope.commitment, commitment)) throw openFailed();
  const plaintext = cipher.gcmKey(recordKey).open(envelope.nonce, contextBytes(headOf(key), context), envelope.sealed);
  if (plaintext === null) throw openFailed();
  return plaintext;
}

/** A key for this one record, and what commits the envelope to it, from one HKDF output. */
function recordKeys(cipher: VaultCipher, key: RecordKey, salt: Uint8Array, context: SealContext): { recordKey: Uint8Array; commitment: Uint8Array } {
  // The purpose is hashed, as HKDF's info is bounded in some libraries.
  const purpose = cipher.sha256(canonicalBytes([context.purpose]));
  const output = cipher.hkdf(key.bytes, salt, canonicalBytes(["kalends record v1", headOf(key), purpose]), keyBytes + commitmentBytes);
  return { recordKey: output.subarray(0, keyBytes), commitment: output.subarray(keyBytes) };
}

function headOf(key: RecordKey): Uint8Array {
  return Uint8Array.of(envelopeVersion, recordSuite, ...key.keyId);
}
