import { createHash } from "node:crypto";
import { KalendsError } from "@kalends/model";
import type { SqlValue } from "@kalends/store-sql";
import type { PostgresLink, PostgresSource } from "./postgres-link.ts";
import { decodeText } from "./text-code.ts";

/** The part of `pg`'s client that is used. */
export interface PgClient {
  /** Its option of that name: queries are sent without waiting for the answers to those before. */
  readonly pipeline?: boolean;
  query(config: PgQuery): Promise<{ rows: unknown[]; rowCount: number | null }>;
  release(destroy?: boolean): void;
  on?(event: "error", hear: (error: Error) => void): unknown;
  off?(event: "error", hear: (error: Error) => void): unknown;
}

export interface PgQuery {
  text: string;
  values?: unknown[];
  name?: string;
  /** How long `pg` waits for the answer, in milliseconds; 0 for no limit. */
  query_timeout?: number;
  types?: { getTypeParser(oid: number, format?: string): (value: string) => unknown };
}

/** The part of `pg`'s `Pool` that is used. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
}

/** Object ids of types in `pg_type` that are not read as texts. */
const bigint = 20;
const otherNumbers = new Set([21, 23, 700, 701, 1700]);
const bytes = 17;

function toNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new KalendsError("store-corrupt", "A number in the database is larger than this program ever writes");
  return number;
}

/** Bytes in PostgreSQL's hex form, which is asked for in each session. */
function toBytes(value: string): Uint8Array {
  const buffer = Buffer.from(value.slice(2), "hex");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Own parsers, so that those that the host has set on its `pg` change nothing here. */
const types = {
  getTypeParser: (oid: number): ((value: string) => unknown) => {
    if (oid === bigint) return toNumber;
    if (otherNumbers.has(oid)) return Number;
    return oid === bytes ? toBytes : decodeText;
  },
};

/** Named statements are prepared once per connection; the name tells the text, so that two stores on one pool never mix theirs up. */
class StatementNames {
  readonly #names = new Map<string, string>();

  of(sql: string): string {
    const known = this.#names.get(sql);
    if (known !== undefined) return known;
    const name = `kalends_${createHash("sha256").update(sql).digest("hex").slice(0, 32)}`;
    this.#names.set(sql, name);
    return name;
  }
}

/**
 * A connection that breaks between two statements says so by an event, which nobody else hears while it is taken out of the pool; unheard, it would
 * end the process. The next statement on it fails, and that is where it is dealt with.
 */
const unheard = (): void => undefined;

export interface PgSourceOptions {
  /** The pool ends with the store. */
  owned: boolean;
  /** `false` for poolers that cannot keep statements. */
  prepare: boolean;
  /**
   * How long an answer is waited for, in milliseconds; 0 for no limit. Longer than the server may take: it is for a server that is not there any
   * more and has closed nothing, as when its host lost its power. A connection that waits sends nothing, so the network tells nothing either.
   */
  answerWithinMs: number;
}

/** Connections of a `pg` pool. */
export function pgSource(pool: PgPool, options: PgSourceOptions): PostgresSource {
  const names = new StatementNames();
  return {
    acquire: async () => {
      const client = await pool.connect();
      client.on?.("error", unheard);
      return pgLink(client, options.prepare ? names : null, options.answerWithinMs);
    },
    close: async () => {
      if (options.owned) await pool.end();
    },
  };
}

export function pgLink(client: Pick<PgClient, "query"> & Partial<PgClient>, names: StatementNames | null, answerWithinMs = 0): PostgresLink {
  const patience = answerWithinMs === 0 ? {} : { query_timeout: answerWithinMs };
  return {
    pipelined: client.pipeline === true,
    execute: async (sql, parameters) => {
      const named = names === null || parameters.length === 0 ? {} : { name: names.of(sql) };
      const result = await client.query({ text: sql, values: [...parameters], types, ...named, ...patience });
      return { rows: result.rows as Record<string, SqlValue>[], changes: result.rowCount ?? 0 };
    },
    script: async (statements) => {
      await client.query({ text: statements.join(";\n"), ...patience });
    },
    release: (broken) => {
      client.off?.("error", unheard);
      client.release?.(broken);
    },
  };
}
