import type { AccountId, AccountSealer, OrganizationId, Random, SealContext, Secret, Vault } from "@kalends/model";
import { createAccountSealer } from "./account-sealer.ts";
import { canonicalBytes } from "./canonical-bytes.ts";
import { contextBytes } from "./context-bytes.ts";
import {
  commitmentBytes,
  envelopeUnknown,
  envelopeVersion,
  keyIdBytes,
  readEnvelope,
  recordSuite,
  saltBytes,
  writeEnvelope,
} from "./envelope.ts";
import { equalBytes } from "./equal-bytes.ts";
import { nodeCipher } from "./node-cipher.ts";
import { openFailed } from "./open-failed.ts";
import { keyBytes, parseKey, VaultKey } from "./vault-key.ts";
import { nonceBytes, type VaultCipher } from "./vault-cipher.ts";

export interface VaultOptions {
  /** The master key, or its text. */
  key: VaultKey | Secret;
  random: Random;
  /** Default: node:crypto. */
  cipher?: VaultCipher;
}

const noSalt = new Uint8Array();

/** Makes the vault over one master key. Throws `key-invalid`. */
export function createVault(options: VaultOptions): Vault {
  return new SingleKeyVault(options);
}

class SingleKeyVault implements Vault {
  readonly #key: VaultKey;
  readonly #random: Random;
  readonly #cipher: VaultCipher;
  /** Derived from the key, so that it names the key and tells nothing about it. */
  readonly #keyId: Uint8Array;

  constructor(options: VaultOptions) {
    this.#key = options.key instanceof VaultKey ? options.key : parseKey(options.key.reveal());
    this.#random = options.random;
    this.#cipher = options.cipher ?? nodeCipher;
    this.#keyId = this.#derive("kalends key id v1", keyIdBytes);
  }

  async seal(plaintext: Uint8Array, context: SealContext): Promise<Uint8Array> {
    const salt = this.#random.bytes(saltBytes);
    const nonce = this.#random.bytes(nonceBytes);
    const { recordKey, commitment } = this.#recordKeys(salt, context);
    const sealed = this.#cipher.gcmKey(recordKey).seal(nonce, this.#associatedData(context), plaintext);
    return writeEnvelope({ keyId: this.#keyId, salt, nonce, commitment, sealed });
  }

  async open(sealed: Uint8Array, context: SealContext): Promise<Uint8Array> {
    const envelope = readEnvelope(sealed);
    if (!equalBytes(envelope.keyId, this.#keyId)) throw envelopeUnknown();
    const { recordKey, commitment } = this.#recordKeys(envelope.salt, context);
    // AES-GCM alone lets one ciphertext open under two keys; the commitment is checked first.
    if (!equalBytes(envelope.commitment, commitment)) throw openFailed();
    const plaintext = this.#cipher.gcmKey(recordKey).open(envelope.nonce, this.#associatedData(context), envelope.sealed);
    if (plaintext === null) throw openFailed();
    return plaintext;
  }

  async forAccount(organizationId: OrganizationId, accountId: AccountId): Promise<AccountSealer> {
    return createAccountSealer(this.#cipher, this.#random, this.#key.reveal(), organizationId, accountId);
  }

  async keyCheck(): Promise<string> {
    return Buffer.from(this.#derive("kalends key check v1", 16)).toString("base64url");
  }

  #derive(purpose: string, length: number): Uint8Array {
    return this.#cipher.hkdf(this.#key.reveal(), noSalt, canonicalBytes([purpose]), length);
  }

  /** A key for this one record, and what commits the envelope to it, from one HKDF output. */
  #recordKeys(salt: Uint8Array, context: SealContext): { recordKey: Uint8Array; commitment: Uint8Array } {
    // The purpose is hashed, as HKDF's info is bounded in some libraries.
    const purpose = this.#cipher.sha256(canonicalBytes([context.purpose]));
    const info = canonicalBytes(["kalends record v1", this.#head(), purpose]);
    const output = this.#cipher.hkdf(this.#key.reveal(), salt, info, keyBytes + commitmentBytes);
    return { recordKey: output.subarray(0, keyBytes), commitment: output.subarray(keyBytes) };
  }

  #associatedData(context: SealContext): Uint8Array {
    return contextBytes(this.#head(), context);
  }

  #head(): Uint8Array {
    return Uint8Array.of(envelopeVersion, recordSuite, ...this.#keyId);
  }
}
