import type { SqlValue } from "@kalends/store-sql";

/** What a statement brought back: rows with the values of `SqlValue`, and the number of rows changed. */
export interface PostgresResult {
  rows: Record<string, SqlValue>[];
  changes: number;
}

/** One connection to PostgreSQL that nobody else uses until it is released. */
export interface PostgresLink {
  /** What is asked for before the last answer came is sent at once. The server answers in order, and runs nothing more after a fault in a transaction. */
  readonly pipelined: boolean;
  /** Runs one statement. Texts are encoded already; an array is a text in PostgreSQL's form. */
  execute(sql: string, parameters: readonly SqlValue[]): Promise<PostgresResult>;
  /** Runs statements without parameters, in one round trip where the library can. */
  script(statements: readonly string[]): Promise<void>;
  /** Gives it back; `broken`: it is closed instead. */
  release(broken: boolean): void;
}

/** Where connections come from. */
export interface PostgresSource {
  acquire(): Promise<PostgresLink>;
  close(): Promise<void>;
}
