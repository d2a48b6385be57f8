import { hostActor, KalendsError } from "@kalends/model";
import type { DataKeyRow, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { keyCheckSetting } from "./key-check.ts";

/** Data keys rewrapped in one transaction. */
const chunk = 200;

export interface KeyRotationProgress {
  /** Wrappings that were under another key when the run began. */
  total: number;
  done: number;
}

export interface KeyRotationOptions {
  /** Who asked for it, for the audit log. */
  actor?: string;
  /** Count only. */
  dryRun?: boolean;
  signal?: AbortSignal;
  onProgress?(progress: KeyRotationProgress): void;
}

export interface KeyRotationReport {
  /** Id of the key that wraps everything new. */
  primary: string;
  /** Wrappings that were under another key when the run began. */
  found: number;
  rewrapped: number;
  /** Wrappings that are under another key now: 0 where the rotation is done. */
  left: number;
}

/** Care for the keys of the whole database. */
export interface KeyCare {
  /** How many wrappings each key holds, by key id. A key that is not named holds none and may be destroyed. */
  inUse(): Promise<Map<string, number>>;
  /**
   * Rewraps every data key under the primary key, while everything goes on. May be stopped and started again at any time: each step stands
   * by itself. Sealed values stay as they are; only the keys that seal them change their wrapping.
   */
  rotate(options?: KeyRotationOptions): Promise<KeyRotationReport>;
}

export function createKeyCare(runtime: Runtime): KeyCare {
  return { inUse: () => keysInUse(runtime), rotate: (options = {}) => rotateKeys(runtime, options) };
}

async function keysInUse({ store, vault }: Runtime): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const add = (id: string, rows: number): void => void counts.set(id, (counts.get(id) ?? 0) + rows);
  for (const { id } of await store.listOrganizations()) {
    for (const [keyId, rows] of await store.organization(id).dataKeys.countByKey()) add(keyId, rows);
  }
  const check = await store.settings.get(keyCheckSetting);
  if (check !== null) add(vault.keyOfCheck(check), 1);
  return counts;
}

async function notUnder(runtime: Runtime, primary: string): Promise<number> {
  let rows = 0;
  for (const [keyId, count] of await keysInUse(runtime)) if (keyId !== primary) rows += count;
  return rows;
}

async function rotateKeys(runtime: Runtime, options: KeyRotationOptions): Promise<KeyRotationReport> {
  const { store, vault } = runtime;
  // Made first, as it tells which key is the primary; put in place last, so that an old key cannot leave before its work is done.
  const newCheck = await vault.newKeyCheck();
  const primary = vault.keyOfCheck(newCheck);
  const found = await notUnder(runtime, primary);
  if (options.dryRun === true) return { primary, found, rewrapped: 0, left: found };
  let done = 0;
  const count = (rows: number): void => {
    done += rows;
    options.onProgress?.({ total: found, done });
  };
  for (const { id } of await store.listOrganizations()) await rotateOrganization(runtime, store.organization(id), primary, options, count);
  const check = await store.settings.get(keyCheckSetting);
  if (check !== null && vault.keyOfCheck(check) !== primary && options.signal?.aborted !== true) {
    await store.settings.replace(keyCheckSetting, check, newCheck);
    count(1);
  }
  return { primary, found, rewrapped: done, left: await notUnder(runtime, primary) };
}

async function rotateOrganization(
  runtime: Runtime,
  store: OrganizationStore,
  primary: string,
  options: KeyRotationOptions,
  count: (rows: number) => void,
): Promise<void> {
  const { vault, clock } = runtime;
  for (;;) {
    if (options.signal?.aborted === true) return;
    const rows = await store.dataKeys.notUnder(primary, chunk);
    if (rows.length === 0) return;
    const anew: DataKeyRow[] = [];
    for (const row of rows) anew.push({ ...row, ...(await vault.rewrap(store.organizationId, row)) });
    if (anew.some(({ keyId }) => keyId !== primary)) throw new KalendsError("key-service-failed", "The key service changed its primary key during the rotation");
    const audit = { action: "rotate-keys" as const, actor: options.actor ?? hostActor, subject: store.organizationId };
    count(await store.dataKeys.rewrap(anew, { ...audit, detail: `${anew.length} data keys rewrapped under the key ${primary}` }, clock.now()));
  }
}
