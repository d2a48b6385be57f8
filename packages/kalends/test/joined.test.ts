import { expect, test } from "vitest";
import { connectPostgres, queryPostgres, startPostgres } from "@kalends/testing";
import { createKalends } from "kalends";
import { testKey } from "./open-kalends.ts";
import { openPostgresStore, roleScript } from "@kalends/store-postgres";

const as = (url: string, role: string): string => {
  const other = new URL(url);
  other.username = role;
  return other.href;
};

test("an application's row and the account at Kalends are there together or not at all, on PostgreSQL", async (context) => {
  const server = await startPostgres(context);
  try {
    const url = await server.createDatabase();
    await queryPostgres(url, roleScript());
    await queryPostgres(url, "create schema app; create table app.member (id text primary key, account text not null); grant usage on schema app to kalends_app; grant all on app.member to kalends_app");
    const owner = await openPostgresStore({ connectionString: as(url, "kalends_owner") });
    await owner.migrations.run();
    await owner.close();
    const kalends = await createKalends({ database: as(url, "kalends_app"), key: testKey, autoMigrate: false });
    const client = await connectPostgres(as(url, "kalends_app"));
    // The first look makes the organization's own data key; from then on a look waits for no transaction.
    expect(await kalends.findAccountByExternalId("user-1")).toBeNull();
    const signUp = async (id: string, end: "commit" | "rollback"): Promise<string> => {
      await client.query("begin");
      const joined = kalends.joined(client);
      const account = await joined.createAccount({ externalId: id, displayName: "Ada", timeZone: "Europe/Berlin" });
      await client.query("insert into app.member values ($1, $2)", [id, account.id]);
      expect(await kalends.findAccountByExternalId(id)).toBeNull();
      await client.query(end);
      joined.committed();
      return account.id;
    };
    await signUp("user-1", "rollback");
    expect(await kalends.listAccounts()).toEqual([]);
    // The data key that was made then is gone with the account; the next one seals and opens.
    const id = await signUp("user-1", "commit");
    expect(await kalends.findAccountByExternalId("user-1")).toMatchObject({ id, displayName: "Ada" });
    expect((await client.query("select account from app.member")).rows).toEqual([{ account: id }]);
    await client.query("begin");
    const joined = kalends.joined(client);
    await expect(joined.createAccount({ externalId: "user-1" })).rejects.toMatchObject({ code: "already-exists" });
    const { erasureId } = await joined.requestErasure({ externalId: "user-1" });
    await client.query("delete from app.member where id = $1", ["user-1"]);
    await client.query("commit");
    expect(await kalends.findAccountByExternalId("user-1")).toBeNull();
    await kalends.scheduler.drain();
    expect((await kalends.erasure.list())[0]).toMatchObject({ id: erasureId, finishedAt: expect.any(Number) });
    expect(await queryPostgres(url, "select count(*)::int4 as rows from kalends.account")).toEqual([{ rows: 0 }]);
    await client.end();
    await kalends.close();
  } finally {
    await server.stop();
  }
});
