import type { SqlDatabase } from "../database/sql-database.ts";

/** Names of those who hold a claim, a job or the right to renew a credential, of which the lease has not run out, over all organizations. */
export async function liveHolders(database: SqlDatabase, now: number): Promise<string[]> {
  const rows = await database.read((scope) =>
    scope.all(
      scope.db
        .selectFrom("sync_state")
        .select("holder")
        .where("holder", "is not", null)
        .where("lease_until", ">", now)
        .union(scope.db.selectFrom("job").select("holder").where("holder", "is not", null).where("lease_until", ">", now))
        .union(scope.db.selectFrom("credential_renewal").select("holder").where("holder", "is not", null).where("lease_until", ">", now)),
    ),
  );
  return rows.flatMap((row) => (row.holder === null ? [] : [row.holder])).sort();
}

/**
 * Ends all claims, job leases and renewals of a dead holder at once. Tokens stay: should the holder still live, its writes are refused. That an
 * exchange may have reached the provider stays known too.
 */
export async function releaseHolder(database: SqlDatabase, holder: string): Promise<void> {
  await database.write(async (scope) => {
    await scope.run(scope.db.updateTable("sync_state").set({ holder: null, lease_until: 0 }).where("holder", "=", holder));
    await scope.run(scope.db.updateTable("job").set((eb) => ({ holder: null, lease_until: null, lost_runs: eb("lost_runs", "+", 1) })).where("holder", "=", holder));
    await scope.run(scope.db.updateTable("credential_renewal").set({ holder: null, lease_until: 0 }).where("holder", "=", holder));
  });
}
