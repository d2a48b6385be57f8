import { createCipheriv, createSecretKey, hkdfSync, randomBytes } from "node:crypto";
import type { SealContext, Vault } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { createVault, Keyset, localKeyring, parseKey } from "@kalends/vault";
import { times, type Goal } from "../measure/goal.ts";
import { median } from "../measure/median.ts";
import { textTable } from "../measure/text-table.ts";

const count = 4_000;

/** Microseconds for one of many, the median of seven rounds in turn. */
async function inTurn(work: Readonly<Record<string, () => unknown>>): Promise<Map<string, number>> {
  const spent = new Map(Object.keys(work).map((name) => [name, [] as number[]]));
  for (let round = -1; round < 7; round += 1) {
    for (const [name, call] of Object.entries(work)) {
      const started = performance.now();
      for (let done = 0; done < count; done += 1) await call();
      if (round >= 0) spent.get(name)?.push(((performance.now() - started) * 1000) / count);
    }
  }
  return new Map([...spent].map(([name, all]) => [name, median(all)]));
}

const owner = { organizationId: "organization", accountId: "account" };

/** The vault as an application has it, its data keys in a database. */
async function openVault(key: Buffer): Promise<{ vault: Vault; close(): Promise<void> }> {
  const random = { bytes: (length: number): Uint8Array => randomBytes(length), uniform: (): number => 0.5 };
  const store = await openSqliteStore({ path: ":memory:" });
  await store.migrations.run();
  await store.addOrganization({ id: owner.organizationId, name: "Bench", createdAt: 0 });
  const account = { organizationId: owner.organizationId, id: owner.accountId, externalId: null, displayName: null, timeZone: "UTC", createdAt: 0 };
  await store.organization(owner.organizationId).directory.addAccount(account);
  const keys = localKeyring({ keyset: Keyset.of(parseKey(key.toString("base64url"))), random });
  return { vault: createVault({ keys, random, dataKeys: (id) => store.organization(id).dataKeys }), close: () => store.close() };
}

/** Sealing of 1,000 bytes under an account's key and of a credential, beside the same primitives called barely. */
export async function measureSeals(): Promise<Goal[]> {
  const key = Buffer.alloc(32, 7);
  const { vault, close } = await openVault(key);
  const sealer = await vault.forAccount(owner.organizationId, owner.accountId);
  const context: SealContext = { ...owner, table: "calendar_object", row: '["calendar","key","uid"]', column: "content", purpose: "content", generation: 0 };
  const text = new Uint8Array(1_000).fill(97);
  const sealed = sealer.seal(text, context);
  const secret = createSecretKey(key);
  const associated = Buffer.from(JSON.stringify(context));
  const bare = (material: typeof secret): Buffer => {
    const cipher = createCipheriv("aes-256-gcm", material, randomBytes(12), { authTagLength: 16 });
    cipher.setAAD(associated);
    return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  };
  const [barely, content] = ["bare AES-256-GCM, fresh nonce", "Kalends: content under the account's key"];
  const [bareRecord, record] = ["bare HKDF + AES-256-GCM, fresh salt", "Kalends: credential, key of its own"];
  const spent = await inTurn({
    [barely]: () => bare(secret),
    [content]: () => sealer.seal(text, context),
    "Kalends: content opened": () => sealer.open(sealed, context),
    [bareRecord]: () => bare(createSecretKey(Buffer.from(hkdfSync("sha256", key, randomBytes(32), "record", 64)).subarray(0, 32))),
    [record]: () => vault.seal(text, context),
  });
  await close();
  const of = (name: string): number => spent.get(name) as number;
  const rows = [...spent.keys()].map((name) => [name, of(name).toFixed(1), times(of(name) / of(name === record ? bareRecord : barely))]);
  console.log(`\n${textTable(["Sealing 1,000 bytes", "us", "x bare"], rows)}`);
  return [];
}
