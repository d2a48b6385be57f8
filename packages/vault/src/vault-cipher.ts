/** A key made ready for AES-256-GCM (NIST SP 800-38D): 12-byte nonces, 16-byte tags behind the ciphertext; of a text its UTF-8 bytes are sealed. */
export interface GcmKey {
  /** Ciphertext and tag, behind the bytes of `before` where such are given. */
  seal(nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array | string, before?: readonly Uint8Array[]): Uint8Array;
  /** `null` where it does not open. No byte of plaintext leaves before the tag was checked. */
  open(nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}

/** A key made ready for HMAC-SHA-256 (RFC 2104); of a text its UTF-8 bytes are taken. */
export interface HmacKey {
  bytes(message: Uint8Array | string): Uint8Array;
  /** The same as 64 hex digits. */
  hex(message: Uint8Array | string): string;
}

/** The four primitives the vault is made of. Two implementations give the same bytes. */
export interface VaultCipher {
  gcmKey(key: Uint8Array): GcmKey;
  /** HKDF-SHA-256 (RFC 5869). */
  hkdf(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  hmacKey(key: Uint8Array): HmacKey;
  sha256(message: Uint8Array): Uint8Array;
}

export const nonceBytes = 12;
export const tagBytes = 16;
