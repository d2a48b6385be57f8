/** What a column holds on the wire. Times are milliseconds since the epoch, truth values 0 and 1. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** One row, by column name. */
export type SqlRow = Record<string, SqlValue>;

/**
 * An open connection. Three calls are all that the SQL implementation needs of a database; each SQL text is prepared once by the driver
 * and kept. `runMany` is the bulk path: one prepared statement over many rows of parameters, without a promise per row.
 */
export interface SqlConnection {
  /** Rows of a query, or of a statement with a RETURNING clause. */
  all(sql: string, parameters: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Runs a statement and returns the number of rows that it changed. */
  run(sql: string, parameters: readonly SqlValue[]): Promise<number>;
  /** Runs one statement once for each row of parameters, in order, and returns the number of rows changed in all. */
  runMany(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<number>;
}

/**
 * The driver port: a database that hands out connections. It throws whatever its library throws; the flavour's `mapError` turns that
 * into a `KalendsError`.
 */
export interface SqlDriver {
  /** Reads outside a transaction; never sees rows that an open transaction of this driver has not committed. */
  read<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>;
  /**
   * One write transaction: the write lock is taken at its start, it commits when `work` resolves and rolls back when `work` rejects.
   * `work` must use only the connection it is given.
   */
  write<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
