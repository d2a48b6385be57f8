import type { DialectAdapter, QueryCompiler, RawBuilder } from "kysely";
import type { KalendsError } from "@kalends/model";

/** What differs between SQL databases, as far as Kalends cares. */
export interface SqlFlavor {
  readonly name: string;
  createQueryCompiler(): QueryCompiler;
  createAdapter(): DialectAdapter;
  /** Column types of the schema. */
  readonly types: { readonly text: string; readonly integer: string; readonly bytes: string };
  /** What follows the closing parenthesis of `create table`; `clustered` asks for rows stored in the order of the primary key. */
  tableOptions(clustered: boolean): string;
  /** Statements that make UPDATE and DELETE on the table fail. */
  appendOnly(table: string): string[];
  /** A sub-query of that many texts in ONE parameter, for `in`: the SQL text stays the same whatever the number. */
  textList(values: readonly string[]): RawBuilder<string>;
  /** A query that answers one row where the table exists. */
  tableExists(table: string): string;
  /** What the driver threw, as `store-*`, `already-exists` (a key is taken) or `not-found` (a parent row is missing). */
  mapError(thrown: unknown): KalendsError;
}
