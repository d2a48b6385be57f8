import { KalendsError, type Random } from "@kalends/model";

export const keyBytes = 32;

/** A master key of 32 bytes. It prints as `[key]` everywhere. */
export class VaultKey {
  readonly #bytes: Uint8Array;

  /** Throws `key-invalid` for anything but 32 bytes. The bytes are copied. */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== keyBytes) throw keyInvalid();
    this.#bytes = Uint8Array.from(bytes);
  }

  /** The key itself. For deriving keys, nothing else. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return "[key]";
  }

  toJSON(): string {
    return "[key]";
  }

  static {
    // What console.log and util.inspect of Node call.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => "[key]" });
  }
}

function keyInvalid(): KalendsError {
  return new KalendsError("key-invalid", "The key is not 32 bytes in base64url");
}

/** Reads a key: 43 characters of base64url without padding (one `=` is tolerated), white space around it ignored. Throws `key-invalid`. */
export function parseKey(text: string): VaultKey {
  const plain = text.trim().replace(/=$/, "");
  if (!/^[A-Za-z0-9_-]{43}$/.test(plain)) throw keyInvalid();
  const bytes = Buffer.from(plain, "base64url");
  // The last character carries two bits of nothing; a key is written in one way only.
  if (bytes.toString("base64url") !== plain) throw keyInvalid();
  return new VaultKey(bytes);
}

/** A fresh key in the form that `parseKey` reads. */
export function generateKey(random: Random): string {
  return Buffer.from(random.bytes(keyBytes)).toString("base64url");
}
