/** A connection that a test plays the application with. */
export interface PostgresConnection {
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** Opens one. Needs the package `pg`. */
export async function connectPostgres(url: string): Promise<PostgresConnection> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that ends while the client idles is reported by the query that follows.
  client.on("error", () => undefined);
  await client.connect();
  return client as unknown as PostgresConnection;
}
