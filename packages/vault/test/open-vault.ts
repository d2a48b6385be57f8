import { randomBytes } from "node:crypto";
import type { KeyService, Random, Vault } from "@kalends/model";
import { createVault, generateKey, Keyset, localKeyring, parseKey, type VaultCipher } from "../src/index.ts";
import { memoryDataKeys } from "./memory-data-keys.ts";

export const random: Random = { bytes: (length) => new Uint8Array(randomBytes(length)), uniform: () => 0.5 };

/** Bytes that count up, so that two vaults draw the same. */
export function countingRandom(): Random {
  let next = 0;
  return { bytes: (length) => Uint8Array.from({ length }, () => next++ & 0xff), uniform: () => 0 };
}

export interface VaultParts {
  keyset?: Keyset;
  keys?: KeyService;
  random?: Random;
  cipher?: VaultCipher;
  cachedKeys?: number;
  dataKeys?: ReturnType<typeof memoryDataKeys>;
}

export const freshKeyset = (): Keyset => Keyset.of(parseKey(generateKey(random)));

/** A vault over a local keyring and data keys in memory. */
export function openVault(parts: VaultParts = {}): Vault {
  const chance = parts.random ?? random;
  const cipher = parts.cipher === undefined ? {} : { cipher: parts.cipher };
  const keys = parts.keys ?? localKeyring({ keyset: parts.keyset ?? freshKeyset(), random: chance, ...cipher });
  const dataKeys = (parts.dataKeys ?? memoryDataKeys()).of;
  return createVault({ keys, dataKeys, random: chance, ...cipher, ...(parts.cachedKeys === undefined ? {} : { cachedKeys: parts.cachedKeys }) });
}
