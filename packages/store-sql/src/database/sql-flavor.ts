import type { DialectAdapter, Expression, QueryCompiler, RawBuilder } from "kysely";
import type { KalendsError } from "@kalends/model";

/** What differs between SQL databases, as far as Kalends cares. */
export interface SqlFlavor {
  readonly name: string;
  createQueryCompiler(): QueryCompiler;
  createAdapter(): DialectAdapter;
  /** Column types of the schema. Texts are ordered by their bytes. */
  readonly types: { readonly text: string; readonly integer: string; readonly bytes: string };
  /** How bulk statements are written: for one row of parameters, or for a whole set of them in one array per parameter. */
  readonly bulk: "rows" | "sets";
  /** Whether rows have to be locked by `select ... for no key update`; `false` where a write transaction has the database to itself. */
  readonly rowLocks: boolean;
  /** Everything that makes the table, `create table` first; `clustered` asks for rows stored in the order of the primary key. */
  createTable(name: string, lines: readonly string[], clustered: boolean): string;
  /** Statements that make UPDATE and DELETE on the table fail. */
  appendOnly(table: string): string[];
  /** Statements that run before and after the schema steps, in their transaction: locks; what every table needs (row-level security). */
  readonly beforeMigrations: readonly string[];
  readonly afterMigrations: readonly string[];
  /** A sub-query of that many texts in ONE parameter, for `in`: the SQL text stays the same whatever the number. */
  textList(values: readonly string[]): RawBuilder<string>;
  /** An aggregate: the texts of all rows in one, `separator` between them, or `null` where there is no row. */
  joinTexts(text: Expression<unknown>, separator: string): RawBuilder<string | null>;
  /** A query that answers one row where the table exists. */
  tableExists(table: string): string;
  /** What the driver threw, as `store-*`, `already-exists` (a key is taken) or `not-found` (a parent row is missing). */
  mapError(thrown: unknown): KalendsError;
}
