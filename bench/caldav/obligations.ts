import { createCipheriv, createHmac, createSecretKey, randomBytes, randomFillSync } from "node:crypto";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";

/** What Kalends owes for each event and the floor does not do. */
interface Obligations {
  /** What is stored of the page's events already: the question that planning asks. */
  lookUp(hrefs: readonly string[]): void;
  /** The row as it may be stored: texts sealed, with its digests; a change record is written with it. */
  sealed(row: SQLInputValue[]): SQLInputValue[];
  /** Writes the merged busy spans. */
  finish(): void;
}

const dayMs = 86_400_000;

/**
 * The bare cost of what Kalends owes, straight in node:crypto and node:sqlite: three texts sealed by AES-256-GCM, each bound to its place; four
 * keyed digests by HMAC-SHA-256; a numbered change record; a look at what is stored; merged spans. Without zones, recurrence, or any check.
 */
export function openObligations(database: DatabaseSync, columns: readonly string[]): Obligations {
  const at = (name: string): number => columns.indexOf(name);
  const [title, place, json, warnings, starts, ends] = [at("title"), at("place"), at("json"), at("warnings"), at("starts"), at("ends")];
  database.exec("create table if not exists change (org text, sequence integer, kind text, account text, calendar text, uid text, href text, at integer, primary key (org, sequence)) without rowid");
  database.exec("create table if not exists span (org text, calendar text, till integer, since integer, primary key (org, calendar, till, since)) without rowid");
  const stored = database.prepare("select href, etag, warnings from event where href in (select value from json_each(?))");
  const change = database.prepare("insert or replace into change values ('org', ?, 'object-created', 'account', 'calendar', ?, ?, ?)");
  const sealKey = createSecretKey(randomBytes(32));
  const digestKey = createSecretKey(randomBytes(32));
  const nonces = Buffer.alloc(12 * 256);
  let nonce = nonces.length;
  const seal = (text: string, place: string): Buffer => {
    if (nonce === nonces.length) {
      randomFillSync(nonces);
      nonce = 0;
    }
    const iv = nonces.subarray(nonce, (nonce += 12));
    const cipher = createCipheriv("aes-256-gcm", sealKey, iv);
    cipher.setAAD(Buffer.from(place, "utf8"));
    return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  };
  const digest = (text: string): string => createHmac("sha256", digestKey).update(text).digest("hex").slice(0, 16);
  const spans: [number, number][] = [];
  let sequence = 0;
  return {
    lookUp: (hrefs) => void stored.all(JSON.stringify(hrefs)),
    sealed(row) {
      const where = `org account event ${String(row[0])} `;
      const text = (index: number): string => String(row[index] ?? "");
      const content = JSON.parse(text(json)) as Record<string, unknown>;
      const { description, title: _title, ...rest } = content;
      const others = JSON.stringify(rest);
      const times = row.slice(4, 14).join("\n");
      const next = [...row];
      next[warnings] = digest(times) + digest(text(title)) + digest(others) + digest(String(description));
      next[title] = seal(text(title), `${where}title`);
      next[json] = seal(others, `${where}content`);
      next[place] = seal(String(description), `${where}description`);
      change.run((sequence += 1), row[2] ?? null, row[0] ?? null, Date.now());
      const [from, to] = [instantOf(text(starts)), instantOf(text(ends))];
      if (from < to) spans.push([from, to]);
      return next;
    },
    finish() {
      const insert = database.prepare("insert or replace into span values ('org', 'calendar', ?, ?)");
      database.exec("begin");
      let open: [number, number] = [0, -dayMs];
      for (const span of spans.sort((one, other) => one[0] - other[0])) {
        if (span[0] <= open[1]) open[1] = Math.max(open[1], span[1]);
        else {
          insert.run(open[1], open[0]);
          open = span;
        }
      }
      insert.run(open[1], open[0]);
      database.exec("commit");
    },
  };
}

function instantOf(value: string): number {
  const part = (from: number, to: number): number => Number(value.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(9, 11), part(11, 13), part(13, 15));
}
