import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { KalendsError } from "@kalends/model";
import type { AccountId, ErasedKey, OrganizationId, OrganizationStore, RowCounts } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

/** One thing that was looked at when the receipt was made. */
export interface ErasureProof {
  name: "rows" | "data-key" | "account" | "ledger";
  ok: boolean;
  /** Plain words and counts. */
  detail: string;
}

/** What a receipt says. Holds no personal data: the account's own random id, counts, times. */
export interface ReceiptBody {
  version: 1;
  organizationId: OrganizationId;
  erasureId: string;
  accountId: AccountId;
  /** ISO 8601 instants. */
  requestedAt: string;
  finishedAt: string | null;
  madeAt: string;
  /** Rows by table when the erasure began; all of them are gone where the proof `rows` is ok. */
  removed: RowCounts;
  /** `final`, or `logical` with the wrapping key whose end makes it final. `null`: not yet destroyed. */
  key: ErasedKey | null;
  /** When it becomes final, in words. */
  finality: string;
  /** Grants that no provider has confirmed the end of yet; they are tried again. */
  grantsLeft: number;
  /** Systems outside that nobody has ticked off. */
  toNotify: readonly string[];
  proofs: readonly ErasureProof[];
}

export interface ErasureReceipt extends ReceiptBody {
  /** Ed25519 (RFC 8032), raw key in base64url. An organization's receipts all have the same one. */
  publicKey: string;
  /** Over the UTF-8 bytes of the JSON of everything but `publicKey` and `signature`, base64url. */
  signature: string;
}

/** PKCS #8 header of an Ed25519 seed (RFC 8410 section 7). */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const spki = Buffer.from("302a300506032b6570032100", "hex");

/** The organization's signing key follows from its data key, so nothing more has to be stored or backed up. */
async function signingKey(runtime: Runtime, organizationId: OrganizationId): Promise<KeyObject> {
  const sealer = await runtime.vault.forAccount(organizationId, "");
  const seed = Buffer.from(sealer.digest("receipt signing key, first half") + sealer.digest("receipt signing key, second half"), "hex");
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
}

function finalityOf(key: ErasedKey | null): string {
  if (key === null) return "the data key is still there";
  if (key.end === "final") return "final: no copy of the data key can be opened any more";
  const wrapped = key.keyId === null ? "its wrapping key" : `the wrapping key ${key.keyId} (epoch ${key.epoch})`;
  return `logical: this database cannot open it; a backup can, until ${wrapped} is destroyed: kalends keys rotate, then disable and destroy it`;
}

/** A receipt of how things stand now, signed. Throws `not-found`. */
export async function receiptOf(runtime: Runtime, store: OrganizationStore, id: string): Promise<ErasureReceipt> {
  const erasure = await store.erasures.find(id);
  if (erasure === null) throw new KalendsError("not-found", `There is no erasure ${id}`);
  const { accountId } = erasure;
  const items = await store.erasures.items(id);
  const body: ReceiptBody = {
    version: 1,
    organizationId: store.organizationId,
    erasureId: id,
    accountId,
    requestedAt: new Date(erasure.requestedAt).toISOString(),
    finishedAt: erasure.finishedAt === null ? null : new Date(erasure.finishedAt).toISOString(),
    madeAt: new Date(runtime.clock.now()).toISOString(),
    removed: erasure.found,
    key: erasure.key,
    finality: finalityOf(erasure.key),
    grantsLeft: (await store.erasures.grants(id)).length,
    toNotify: items.filter(({ doneAt }) => doneAt === null).map(({ system }) => system),
    proofs: await proofsOf(runtime, store, accountId),
  };
  const key = await signingKey(runtime, store.organizationId);
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(spki.length).toString("base64url");
  return { ...body, publicKey, signature: sign(null, Buffer.from(JSON.stringify(body), "utf8"), key).toString("base64url") };
}

/** True where the receipt was signed with the key that it names and nothing of it was changed. Whose key it is, the host has noted. */
export function verifyReceipt(receipt: ErasureReceipt): boolean {
  const { publicKey, signature, ...body } = receipt;
  try {
    const key = createPublicKey({ key: Buffer.concat([spki, Buffer.from(publicKey, "base64url")]), format: "der", type: "spki" });
    return verify(null, Buffer.from(JSON.stringify(body), "utf8"), key, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}

async function proofsOf(runtime: Runtime, store: OrganizationStore, accountId: AccountId): Promise<ErasureProof[]> {
  const left = await store.retention.rowsOf({ accountId });
  // The feeds tell of the erasure itself, by the account's id.
  const others = Object.entries(left).filter(([table]) => table !== "change_record" && table !== "application_record");
  const rows = others.reduce((sum, [, count]) => sum + count, 0);
  const key = await store.dataKeys.get(accountId);
  const account = await store.directory.findAccount(accountId);
  const noted = ((await runtime.ledger?.entries()) ?? []).some((entry) => entry.accountId === accountId && entry.organizationId === store.organizationId);
  const ledger = runtime.ledger === undefined ? "there is no ledger: a restored backup brings the account back" : noted ? "the ledger holds the request" : "missing in the ledger";
  return [
    { name: "rows", ok: rows === 0, detail: rows === 0 ? "no table holds a row of the account" : `${rows} rows are left` },
    { name: "data-key", ok: key === null, detail: key === null ? "the database holds no data key of the account" : "the data key is still there" },
    { name: "account", ok: account === null, detail: account === null ? "the account is not found" : "the account is still found" },
    { name: "ledger", ok: noted, detail: ledger },
  ];
}
