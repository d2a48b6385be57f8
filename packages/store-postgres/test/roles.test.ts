import { expect, test } from "vitest";
import { queryPostgres } from "@kalends/testing";
import { openPostgresStore, roleScript } from "../src/index.ts";
import { asRole, makeSchema, owner, runtime, withSuiteDatabase } from "./suite-database.ts";

withSuiteDatabase((database) => {
  /** A migrated schema with rows of two organizations. */
  async function populated(): Promise<string> {
    const schema = await makeSchema(database());
    const owners = await openPostgresStore({ connectionString: asRole(database().url, owner), schema });
    await owners.migrations.run();
    await owners.close();
    const store = await openPostgresStore({ connectionString: asRole(database().url, runtime), schema });
    for (const id of ["org-a", "org-b"]) {
      await store.addOrganization({ id, name: id, createdAt: 1 });
      const { directory, jobs } = store.organization(id);
      await directory.addAccount({ organizationId: id, id: "account-1", externalId: id, displayName: id, timeZone: "UTC", createdAt: 1 });
      await jobs.enqueue({ kind: "sync-calendar", subject: `of ${id}`, runAt: 1 });
    }
    await store.close();
    return schema;
  }

  const asApp = (sql: string) => queryPostgres(asRole(database().url, runtime), sql);
  const asOwner = (sql: string) => queryPostgres(asRole(database().url, owner), sql);

  test("every table of organizations is behind row-level security, forced, with its policy", async () => {
    const schema = await populated();
    const rows = await queryPostgres(database().url, `
      select relname::text as name, relrowsecurity and relforcerowsecurity as forced,
        exists (select from pg_policy where polrelid = c.oid and polname = 'kalends_organization') as policy,
        exists (select from pg_attribute where attrelid = c.oid and attname = 'organization') as keyed,
        coalesce((select bool_and(a.attname = case when c.relname = 'organization' then 'id' else 'organization' end)
          from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
          where i.indrelid = c.oid and i.indisunique), false) as first
      from pg_class c where relnamespace = '${schema}'::regnamespace and relkind in ('r', 'p') order by 1`);
    const open = rows.filter((row) => row["keyed"] === false && row["name"] !== "organization").map((row) => row["name"]);
    // What belongs to no organization. A table that joins this list holds nothing of anybody.
    expect(open).toEqual(["migration", "request_budget", "setting"]);
    const walled = rows.filter((row) => !open.includes(row["name"]));
    expect(walled.length).toBeGreaterThan(20);
    // The organization stands first in each unique key, so that every table can be split by it.
    for (const row of walled) expect(row, String(row["name"])).toMatchObject({ forced: true, policy: true, first: true });
  });

  test("without an organization, with a foreign one, or after RESET, the runtime role and the owner see no row", async () => {
    const schema = await populated();
    const count = "select (select count(*) from account)::int as accounts, (select count(*) from job)::int as jobs, (select count(*) from organization)::int as organizations";
    const set = (value: string): string => `select set_config('kalends.organization', '${value}', true)`;
    for (const query of [asApp, asOwner]) {
      for (const [setting, seen] of [
        ["select 1", 0], [set(""), 0], [set("org-c"), 0], [set("org-a' or true --"), 0], [`${set("org-a")}; reset kalends.organization`, 0], [set("org-a"), 1],
        [`${set("org-a")}; reset all; set local search_path to ${schema}`, 0], ["set local kalends.reach = 'everything'", 0],
      ] as const) {
        const rows = await query(`begin; set local search_path to ${schema}; ${setting.replaceAll("org-a' or", "org-a'' or")}; ${count}`);
        expect(rows, setting).toEqual([{ accounts: seen, jobs: seen, organizations: seen }]);
      }
    }
  });

  test("what the settings for work across organizations reach: the runtime role reads jobs, and nothing else", async () => {
    const schema = await populated();
    const tables = (await queryPostgres(database().url, `select relname::text as name from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r'
      and relname not in ('migration', 'setting', 'request_budget')`)).map((row) => String(row["name"]));
    for (const reach of ["all", "jobs"]) {
      const seen: Record<string, number> = {};
      for (const table of tables) {
        const rows = await asApp(`begin; set local search_path to ${schema}; set local kalends.reach = '${reach}'; select count(*)::int as rows from ${table}`);
        if (rows[0]?.["rows"] !== 0) seen[table] = Number(rows[0]?.["rows"]);
      }
      expect(seen, reach).toEqual(reach === "jobs" ? { job: 2 } : {});
    }
    expect(await asApp(`set search_path to ${schema}; set kalends.reach = 'jobs'; with gone as (delete from job returning 1) select count(*)::int as rows from gone`)).toEqual([{ rows: 0 }]);
    await expect(asApp(`set search_path to ${schema}; set kalends.organization = 'org-a'; insert into account (organization, id, time_zone, created_at) values ('org-b', 'x', 'UTC', 1)`)).rejects.toMatchObject({ code: "42501" });
  });

  test("the runtime role makes no table, drops none, and rewrites neither the log nor the list of migrations", async () => {
    const schema = await populated();
    for (const statement of [
      "create table mine (x text)", "drop table account", "alter table account disable row level security", "alter table account no force row level security",
      "drop policy kalends_organization on account", "update audit_record set detail = ''", "delete from alert_record", "truncate account", "delete from migration",
      "update migration set checksum = ''", "create function f() returns int language sql as 'select 1'", "alter table audit_record disable trigger user",
      "set role kalends_owner", "set session_replication_role = replica",
    ]) {
      await expect(asApp(`set search_path to ${schema}; set kalends.organization = 'org-a'; ${statement}`), statement).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("a superuser, a role with BYPASSRLS, and an owner without FORCE are refused at start, unless asked for", async () => {
    const schema = await populated();
    const { url } = database();
    const unsafe = { code: "store-role-unsafe", remedy: expect.stringMatching(/./) };
    await expect(openPostgresStore({ connectionString: url, schema })).rejects.toMatchObject(unsafe);
    await queryPostgres(url, "drop role if exists kalends_bypass; create role kalends_bypass login bypassrls");
    await expect(openPostgresStore({ connectionString: asRole(url, "kalends_bypass"), schema })).rejects.toMatchObject(unsafe);
    const development = await openPostgresStore({ connectionString: url, schema, allowUnsafeRole: true });
    expect(await development.organization("org-a").directory.listAccounts()).toHaveLength(1);
    await development.close();
    await asOwner(`alter table ${schema}.account no force row level security`);
    const owners = await openPostgresStore({ connectionString: asRole(url, owner), schema });
    await expect(owners.organization("org-a").directory.listAccounts()).rejects.toMatchObject(unsafe);
    await expect(owners.organization("org-a").directory.listAccounts()).rejects.toMatchObject(unsafe);
    await owners.close();
    // For everybody else the policies hold without it.
    const apps = await openPostgresStore({ connectionString: asRole(url, runtime), schema });
    expect(await apps.organization("org-a").directory.listAccounts()).toHaveLength(1);
    await apps.close();
    await asOwner(`alter table ${schema}.account disable row level security`);
    const again = await openPostgresStore({ connectionString: asRole(url, runtime), schema });
    await expect(again.organization("org-a").directory.listAccounts()).rejects.toMatchObject(unsafe);
    await again.close();
  });

  test("the script of roles may run again, before and after a migration", async () => {
    const schema = await populated();
    await queryPostgres(database().url, roleScript({ schema }));
    await expect(asApp(`set search_path to ${schema}; delete from migration`)).rejects.toMatchObject({ code: "42501" });
    expect(await asApp(`begin; set local search_path to ${schema}; set local kalends.organization = 'org-b'; select id from account`)).toEqual([{ id: "account-1" }]);
  });
});
