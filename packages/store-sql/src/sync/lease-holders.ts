import type { SqlDatabase } from "../database/sql-database.ts";

/** Names of those who hold a claim or a job lease that has not run out, over all organizations. */
export async function liveHolders(database: SqlDatabase, now: number): Promise<string[]> {
  const rows = await database.read((scope) =>
    scope.all(
      scope.db
        .selectFrom("sync_state")
        .select("holder")
        .where("holder", "is not", null)
        .where("lease_until", ">", now)
        .union(scope.db.selectFrom("job").select("holder").where("holder", "is not", null).where("lease_until", ">", now)),
    ),
  );
  return rows.flatMap((row) => (row.holder === null ? [] : [row.holder])).sort();
}

/** Ends all claims and job leases of a dead holder at once. Tokens stay: should the holder still live, its writes are refused. */
export async function releaseHolder(database: SqlDatabase, holder: string): Promise<void> {
  await database.write(async (scope) => {
    await scope.run(scope.db.updateTable("sync_state").set({ holder: null, lease_until: 0 }).where("holder", "=", holder));
    await scope.run(scope.db.updateTable("job").set({ holder: null, lease_until: null, again_at: null }).where("holder", "=", holder));
  });
}
