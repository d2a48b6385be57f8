/** Runs SQL text over a connection of its own and returns the rows of its last statement. Needs the package `pg`. */
export async function queryPostgres(url: string, sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that ends while the client idles is reported by the query that follows.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const result = values === undefined ? await client.query(sql) : await client.query(sql, [...values]);
    const results = result as unknown as { rows: Record<string, unknown>[] } | { rows: Record<string, unknown>[] }[];
    return Array.isArray(results) ? (results.at(-1)?.rows ?? []) : results.rows;
  } finally {
    await client.end();
  }
}
