import { PgBoss } from "pg-boss";
import { startPostgres, type RunningPostgres } from "@kalends/testing";

let server: Promise<RunningPostgres> | null = null;
let database: Promise<string> | null = null;

/** A started pg-boss on a real PostgreSQL that the tests of a file share. Without a server the test fails: development installs one. */
export async function openBoss(): Promise<PgBoss> {
  server ??= startPostgres({
    skip: (reason) => {
      throw new Error(reason);
    },
  });
  database ??= server.then((running) => running.createDatabase());
  const boss = new PgBoss({ connectionString: await database, max: 3, supervise: false, schedule: false });
  boss.on("error", () => undefined);
  await boss.start();
  return boss;
}

export async function stopServer(): Promise<void> {
  await (await server)?.stop();
  server = null;
  database = null;
}
