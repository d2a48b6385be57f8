import { KalendsError, type AccountId, type DataKeyContext, type DataKeyRow, type DataKeyStore, type GeneratedDataKey, type KeyService } from "@kalends/model";
import type { AccountSealer, OrganizationId, Random, SealContext, Vault, WrappedDataKey } from "@kalends/model";
import { equalBytes } from "./equal-bytes.ts";
import { parseKeyCheck, formatKeyCheck } from "./key-check.ts";
import { nodeCipher } from "./node-cipher.ts";
import { openFailed } from "./open-failed.ts";
import { prepareDataKey, type PreparedDataKey } from "./prepared-data-key.ts";
import { openRecord, sealRecord } from "./record-seal.ts";
import { keyBytes } from "./vault-key.ts";
import type { VaultCipher } from "./vault-cipher.ts";

export interface VaultOptions {
  /** Who wraps data keys: a `localKeyring`, or an adapter of a cloud's key service. */
  keys: KeyService;
  /** Where an organization's wrapped data keys lie. */
  dataKeys(organizationId: OrganizationId): DataKeyStore;
  random: Random;
  /** Default: node:crypto. */
  cipher?: VaultCipher;
  /** How many data keys stay ready in memory. Default 1,000. */
  cachedKeys?: number;
}

/** Makes the vault over a key service. */
export function createVault(options: VaultOptions): Vault {
  return new DataKeyVault(options);
}

/** Whose data key a database's key check is; no organization has an empty id. */
const checkContext: DataKeyContext = { organizationId: "", accountId: "" };

interface CachedKey {
  wrapped: Uint8Array;
  prepared: PreparedDataKey;
}

class DataKeyVault implements Vault {
  readonly #keys: KeyService;
  readonly #dataKeys: (organizationId: OrganizationId) => DataKeyStore;
  readonly #random: Random;
  readonly #cipher: VaultCipher;
  readonly #limit: number;
  /** Least recently used first. */
  readonly #ready: Map<string, CachedKey>;

  constructor({ keys, dataKeys, random, cipher = nodeCipher, cachedKeys = 1_000 }: VaultOptions, ready = new Map<string, CachedKey>()) {
    this.#ready = ready;
    this.#keys = keys;
    this.#dataKeys = dataKeys;
    this.#random = random;
    this.#cipher = cipher;
    this.#limit = cachedKeys;
  }

  async seal(plaintext: Uint8Array, context: SealContext): Promise<Uint8Array> {
    const { record } = await this.#dataKey(context.organizationId, context.accountId ?? "");
    return sealRecord(this.#cipher, this.#random, record, plaintext, context);
  }

  async open(sealed: Uint8Array, context: SealContext): Promise<Uint8Array> {
    const { record } = await this.#dataKey(context.organizationId, context.accountId ?? "");
    return openRecord(this.#cipher, record, sealed, context);
  }

  async forAccount(organizationId: OrganizationId, accountId: AccountId): Promise<AccountSealer> {
    return (await this.#dataKey(organizationId, accountId)).sealer;
  }

  async newKeyCheck(): Promise<string> {
    const { plaintext, ...wrapped } = await this.#asked(() => this.#keys.generateDataKey(checkContext));
    plaintext.fill(0);
    return formatKeyCheck(wrapped);
  }

  async fitsKeyCheck(check: string): Promise<boolean> {
    try {
      (await this.#asked(() => this.#keys.unwrap(parseKeyCheck(check), checkContext))).fill(0);
      return true;
    } catch (thrown) {
      if (thrown instanceof KalendsError && ["open-failed", "envelope-unknown"].includes(thrown.code)) return false;
      throw thrown;
    }
  }

  keyOfCheck(check: string): string {
    return parseKeyCheck(check).keyId;
  }

  rewrap(organizationId: OrganizationId, row: DataKeyRow): Promise<WrappedDataKey> {
    const { accountId, keyId, wrapped } = row;
    return this.#asked(() => this.#keys.rewrap({ keyId, wrapped }, { organizationId, accountId }));
  }

  async destroyDataKey(organizationId: OrganizationId, accountId: AccountId): Promise<"final" | "logical"> {
    // The service first: a row that is left behind is found again, a key without a row is not.
    const done = await this.#asked(() => this.#keys.destroy({ organizationId, accountId }));
    await this.#dataKeys(organizationId).remove(accountId);
    this.#ready.delete(nameOf(organizationId, accountId));
    return done;
  }

  /** What is ready in memory is shared: it is used only where the row that was read has the same bytes. */
  joined(dataKeys: (organizationId: OrganizationId) => DataKeyStore): Vault {
    return new DataKeyVault({ keys: this.#keys, dataKeys, random: this.#random, cipher: this.#cipher, cachedKeys: this.#limit }, this.#ready);
  }

  /** The row is read each time: a key that another process destroyed or replaced is not used from memory. */
  async #dataKey(organizationId: OrganizationId, accountId: AccountId): Promise<PreparedDataKey> {
    const store = this.#dataKeys(organizationId);
    const context = { organizationId, accountId };
    const name = nameOf(organizationId, accountId);
    let row = await store.get(accountId);
    let generated: GeneratedDataKey | null = null;
    if (row === null) {
      const fresh = await this.#asked(() => this.#keys.generateDataKey(context));
      row = await store.add(accountId, { keyId: fresh.keyId, wrapped: fresh.wrapped });
      // Another process may have been faster; then its key stands.
      if (equalBytes(row.wrapped, fresh.wrapped)) generated = fresh;
      else fresh.plaintext.fill(0);
    }
    const known = this.#ready.get(name);
    const prepared = known !== undefined && equalBytes(known.wrapped, row.wrapped) ? known.prepared : await this.#prepare(row, context, generated);
    this.#remember(name, { wrapped: row.wrapped, prepared });
    return prepared;
  }

  async #prepare(row: DataKeyRow, context: DataKeyContext, generated: GeneratedDataKey | null): Promise<PreparedDataKey> {
    const { keyId, wrapped } = row;
    const bytes = generated?.plaintext ?? (await this.#asked(() => this.#keys.unwrap({ keyId, wrapped }, context)));
    if (bytes.length !== keyBytes) throw openFailed();
    return prepareDataKey(this.#cipher, this.#random, bytes, context.organizationId);
  }

  #remember(name: string, key: CachedKey): void {
    this.#ready.delete(name);
    this.#ready.set(name, key);
    const [oldest] = this.#ready.keys();
    if (this.#ready.size > this.#limit && oldest !== undefined) this.#ready.delete(oldest);
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (thrown) {
      if (thrown instanceof KalendsError) throw thrown;
      // What a key service's client throws may quote its request, so only the name goes on.
      throw new KalendsError("key-service-failed", `The key service failed (${thrown instanceof Error ? thrown.name : typeof thrown})`);
    }
  }
}

function nameOf(organizationId: OrganizationId, accountId: AccountId): string {
  return JSON.stringify([organizationId, accountId]);
}
