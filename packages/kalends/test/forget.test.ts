import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KalendsError, Secret, type CalendarObject, type DataKeyContext, type KeyService } from "@kalends/model";
import { memoryProvider } from "@kalends/testing";
import { createKalends, systemRandom, type Kalends } from "kalends";
import { canary, plainCanary } from "./canary-texts.ts";
import { disguises } from "./disguises.ts";

const texts = {
  uid: plainCanary("uid-of-the-forgotten"), remoteKey: plainCanary("href-of-the-forgotten"), title: canary("title of the forgotten"),
  name: canary("name of the forgotten"), externalId: plainCanary("external-of-the-forgotten"), calendar: plainCanary("calendar-of-the-forgotten"),
};
const other = { uid: plainCanary("uid-of-the-other"), title: canary("title of the other") };

/** A key service as a KMS is one: a key of its own for each account, and an end for good. */
function keyServiceInMemory(): KeyService {
  const keys = new Map<string, Uint8Array>();
  const nameOf = ({ organizationId, accountId }: DataKeyContext): string => JSON.stringify([organizationId, accountId]);
  return {
    generateDataKey: async (context) => {
      const plaintext = systemRandom.bytes(32);
      const pad = systemRandom.bytes(32);
      keys.set(nameOf(context), pad);
      return { keyId: "kms", wrapped: plaintext.map((byte, index) => byte ^ (pad[index] ?? 0)), plaintext };
    },
    unwrap: async ({ wrapped }, context) => {
      const pad = keys.get(nameOf(context));
      if (pad === undefined) throw new KalendsError("envelope-unknown", "The key service has no such key");
      return wrapped.map((byte, index) => byte ^ (pad[index] ?? 0));
    },
    rewrap: async (wrapped) => wrapped,
    destroy: async (context) => {
      keys.delete(nameOf(context));
      return "final";
    },
  };
}

function item(uid: string, title: string): CalendarObject {
  const times = { start: { kind: "utc", value: "2026-11-20T09:00:00" }, end: { kind: "utc", value: "2026-11-20T10:00:00" } } as const;
  const event = { uid, ...times, status: "confirmed", transparent: false, visibility: "public", content: { title } } as const;
  return { remoteKey: uid, revision: null, uid, events: [{ ...event, rules: ["FREQ=DAILY"] }] };
}

describe("a forgotten person on SQLite", () => {
  let folder = "";
  const keys = keyServiceInMemory();
  const data = (): string => join(folder, "data");
  const database = (): string => join(data(), "kalends.db");
  const ledger = (): string => join(folder, "apart", "erasures");

  const open = (options: { ledger?: boolean } = {}): Promise<Kalends> => {
    const one = memoryProvider({ id: "one" });
    const two = memoryProvider({ id: "two" });
    one.calendar(`/${texts.calendar}/`).put(`/${texts.remoteKey}.ics`, item(texts.uid, texts.title));
    two.calendar("/work/").put("/other.ics", item(other.uid, other.title));
    const kept = options.ledger === false ? {} : { erasureLedger: ledger() };
    return createKalends({ database: database(), keyService: keys, providers: [one, two], ...kept });
  };
  /** How many of the needles are in the files of the database. */
  const found = async (needles: readonly Buffer[]): Promise<number> => {
    let hits = 0;
    for (const name of await readdir(data())) {
      const bytes = await readFile(join(data(), name));
      for (const needle of needles) if (bytes.includes(needle)) hits += 1;
    }
    return hits;
  };
  const needlesOf = (words: readonly string[]): Buffer[] => words.flatMap((word) => [...disguises(word).values()]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kalends-forget-"));
    for (const name of ["data", "apart", "backup"]) await mkdir(join(folder, name));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("is in no byte of file, log, index and restored backup, while the other person stays", async () => {
    const kalends = await open();
    const ids: string[] = [];
    for (const [provider, externalId, displayName] of [["one", texts.externalId, texts.name], ["two", "other", "Other"]] as const) {
      const account = await kalends.createAccount({ externalId, displayName });
      ids.push(account.id);
      const credential = { kind: "password", username: "ada", password: new Secret("pw") } as const;
      await kalends.connect({ accountId: account.id, provider, address: "ada@example.test", credential });
    }
    expect((await kalends.sync()).ok).toBe(true);
    const [forgotten = "", kept = ""] = ids;
    // What is sealed is looked for as it lies there: ciphertext of the person must not stay either.
    const reader = new DatabaseSync(database());
    const sealed = [
      ...reader.prepare("select wrapped as bytes from data_key where account_id = ?").all(forgotten),
      ...reader.prepare("select sealed as bytes from credential where connection_id in (select id from connection where account_id = ?)").all(forgotten),
      ...reader.prepare("select title as bytes from calendar_object where uid = ?").all(texts.uid),
    ].map((row) => Buffer.from(row["bytes"] as Uint8Array));
    const plain = needlesOf([texts.uid, texts.remoteKey, texts.calendar]);
    expect(sealed.length).toBe(3);
    expect(await found(sealed)).toBeGreaterThanOrEqual(3);
    expect(await found(plain)).toBeGreaterThanOrEqual(3);
    expect(await found(needlesOf([texts.title, texts.name, texts.externalId]))).toBe(0);
    reader.exec("pragma wal_checkpoint(truncate)");
    await copyFile(database(), join(folder, "backup", "kalends.db"));

    // Somebody reads an older snapshot while it goes: the log can be emptied only after that.
    reader.exec("begin");
    reader.prepare("select count(*) from calendar_object").all();
    setTimeout(() => reader.close(), 700);
    const { receipt } = await kalends.erasure.forget({ externalId: texts.externalId });
    expect(receipt).toMatchObject({ key: { end: "final" }, finality: expect.stringContaining("final") });
    expect(receipt?.proofs.every(({ ok }) => ok)).toBe(true);
    const everything = [...sealed, ...needlesOf(Object.values(texts))];
    expect(await found(everything)).toBe(0);
    await kalends.close();
    expect(await found(everything)).toBe(0);
    expect(await found(needlesOf([other.uid]))).toBeGreaterThan(0);

    // A backup comes back. Without the ledger it is there, and nobody can read it.
    await copyFile(join(folder, "backup", "kalends.db"), database());
    const blind = await open({ ledger: false });
    await expect(blind.findAccount(forgotten)).rejects.toMatchObject({ code: "envelope-unknown" });
    expect(await blind.findAccount(kept)).toMatchObject({ displayName: "Other" });
    await blind.close();

    // With the ledger it is erased again, before anybody asks.
    const again = await open();
    expect(await again.findAccount(forgotten)).toBeNull();
    await again.scheduler.drain();
    expect((await again.erasure.list()).map(({ accountId, finishedAt }) => [accountId, finishedAt !== null])).toEqual([[forgotten, true]]);
    expect(await again.findAccount(kept)).toMatchObject({ displayName: "Other" });
    await again.close();
    expect(await found(everything)).toBe(0);
  }, 60_000);
});
