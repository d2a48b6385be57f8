import { KalendsError } from "@kalends/model";
import { deriveKey } from "./derive-key.ts";
import { keyIdBytes } from "./envelope.ts";
import { nodeCipher } from "./node-cipher.ts";
import type { VaultKey } from "./vault-key.ts";

/**
 * - `primary`: wraps what is new. There is exactly one.
 * - `enabled`: opens what it wrapped.
 * - `disabled`: opens nothing; kept in case that turns out to be a mistake.
 */
export type KeyStatus = "primary" | "enabled" | "disabled";

/** One key of a keyset. */
export interface KeysetKey {
  /** 16 hex digits, derived from the key: names it and tells nothing about it. */
  id: string;
  status: KeyStatus;
  key: VaultKey;
}

/** The id of a key. */
export function keyIdOf(key: VaultKey): string {
  return Buffer.from(deriveKey(nodeCipher, key.reveal(), "kalends key id v1", keyIdBytes)).toString("hex");
}

/**
 * Several keys, one of them primary (Tink's keyset). A key's life: added everywhere, then promoted, disabled once nothing is wrapped
 * by it any more, destroyed at last. Never changes; each step makes a new keyset.
 */
export class Keyset {
  readonly keys: readonly KeysetKey[];

  /** Throws `key-invalid` unless exactly one key is primary and no key is there twice. */
  constructor(keys: readonly KeysetKey[]) {
    const primaries = keys.filter(({ status }) => status === "primary").length;
    if (primaries !== 1) throw new KalendsError("key-invalid", "A keyset needs exactly one primary key");
    if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw new KalendsError("key-invalid", "A keyset holds one key twice");
    this.keys = keys.map((key) => ({ ...key }));
  }

  static of(key: VaultKey): Keyset {
    return new Keyset([{ id: keyIdOf(key), status: "primary", key }]);
  }

  get primary(): KeysetKey {
    return this.keys.find(({ status }) => status === "primary") as KeysetKey;
  }

  /** Throws `not-found`. */
  find(id: string): KeysetKey {
    const found = this.keys.find((key) => key.id === id);
    if (found === undefined) throw new KalendsError("not-found", `The keyset has no key ${id}`);
    return found;
  }

  /** Adds a key that opens and does not wrap yet. Throws `key-invalid` where it is there already. */
  add(key: VaultKey): Keyset {
    return new Keyset([...this.keys, { id: keyIdOf(key), status: "enabled", key }]);
  }

  /** Makes a key the primary; the one before it stays enabled. Throws `not-found`, `invalid-argument` for a disabled one. */
  promote(id: string): Keyset {
    if (this.find(id).status === "disabled") throw new KalendsError("invalid-argument", `The key ${id} is disabled; enable it first`);
    return this.#with((key) => (key.id === id ? "primary" : key.status === "primary" ? "enabled" : key.status));
  }

  /** Throws `not-found`, `invalid-argument` for the primary. */
  disable(id: string): Keyset {
    this.#refusePrimary(id);
    return this.#with((key) => (key.id === id ? "disabled" : key.status));
  }

  /** Takes `disable` back. Throws `not-found`. */
  enable(id: string): Keyset {
    this.find(id);
    return this.#with((key) => (key.id === id && key.status === "disabled" ? "enabled" : key.status));
  }

  /** Leaves the key out, for good. Throws `not-found`, `invalid-argument` for the primary. */
  destroy(id: string): Keyset {
    this.#refusePrimary(id);
    return new Keyset(this.keys.filter((key) => key.id !== id));
  }

  #refusePrimary(id: string): void {
    if (this.find(id).status === "primary") throw new KalendsError("invalid-argument", `The key ${id} is the primary; promote another one first`);
  }

  #with(statusOf: (key: KeysetKey) => KeyStatus): Keyset {
    return new Keyset(this.keys.map((key) => ({ ...key, status: statusOf(key) })));
  }
}
