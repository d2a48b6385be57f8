import type { OrganizationId } from "@kalends/model";

/** What a column holds on the wire. Times are milliseconds since the epoch, truth values 0 and 1. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** One row, by column name. */
export type SqlRow = Record<string, SqlValue>;

/** A statement that is run for many rows of parameters, as the flavour asks for it (see `SqlFlavor.bulk`). */
export interface BulkText {
  /** With one value per parameter (`rows`), or with one array per parameter, all of one length (`sets`). */
  readonly sql: string;
  /** Positions of the parameters that name the row written. Of several rows with the same values there only the last one counts. */
  readonly key: readonly number[];
}

/**
 * An open connection. Three calls are all that the SQL implementation needs of a database; each SQL text is prepared once by the driver
 * and kept. `runMany` is the bulk path: one prepared statement over many rows of parameters, without a promise per row.
 */
export interface SqlConnection {
  /** Rows of a query, or of a statement with a RETURNING clause. */
  all(sql: string, parameters: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Runs a statement and returns the number of rows that it changed. */
  run(sql: string, parameters: readonly SqlValue[]): Promise<number>;
  /** Has the effect of running the statement once for each row of parameters, in order. Returns the number of rows changed in all. */
  runMany(statement: BulkText, rows: readonly (readonly SqlValue[])[]): Promise<number>;
}

/** For whom a connection is opened. */
export interface SqlSession {
  /** The one organization whose rows may be seen; a database with row-level security enforces it. `null`: tables of the whole database. */
  organization: OrganizationId | null;
  /** `jobs`: besides, the waiting jobs of all organizations may be read, and nothing else of them. */
  reach?: "jobs";
}

export interface SqlWriteSession extends SqlSession {
  /**
   * `true`: other such transactions of the organization may run beside this one, so `work` locks the rows that its decisions rest on
   * (`scope.lockFirst`). `false`: it runs alone in its organization. A database with one writer need not tell them apart.
   */
  together: boolean;
}

/**
 * The driver port: a database that hands out connections. It throws whatever its library throws; the flavour's `mapError` turns that
 * into a `KalendsError`.
 */
export interface SqlDriver {
  /** Reads outside a write transaction; never sees rows that an open transaction of this driver has not committed. */
  read<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlSession): Promise<T>;
  /**
   * One write transaction: it commits when `work` resolves and rolls back when `work` rejects. `work` must use only the connection it is
   * given, and may be run again from its start where the database broke the transaction off (deadlock, serialization).
   */
  write<T>(work: (connection: SqlConnection) => Promise<T>, session: SqlWriteSession): Promise<T>;
  /** Overwrites what was deleted in all files of the database; false where a reader stands in the way. Absent where it cannot. */
  scrub?(): Promise<boolean>;
  close(): Promise<void>;
}
