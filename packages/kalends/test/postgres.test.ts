import { expect, test } from "vitest";
import { movableClock, startCaldavSandbox } from "@kalends/sandbox";
import { queryPostgres, startPostgres } from "@kalends/testing";
import { createKalends } from "kalends";
import { canary, canaryEvent, eventCanaries, plainCanary } from "./canary-texts.ts";
import { disguises } from "./disguises.ts";
import { testKey } from "./open-kalends.ts";
import { openCliFolder } from "./run-cli.ts";

const as = (url: string, role: string): string => {
  const other = new URL(url);
  other.username = role;
  return other.href;
};

/** All that the database holds, as one text; bytes in hexadecimal. */
async function dump(url: string): Promise<string> {
  const tables = await queryPostgres(url, "select relname::text as name from pg_class where relnamespace = 'kalends'::regnamespace and relkind = 'r'");
  const rows = await Promise.all(tables.map(({ name }) => queryPostgres(url, `select t::text as row from kalends.${String(name)} t`)));
  return rows.flat().map((row) => String(row["row"])).join("\n");
}

test("roles, migration, sync and free-busy on PostgreSQL, with nothing of an event's text in the database", async (context) => {
  const server = await startPostgres(context);
  const cli = await openCliFolder();
  const login = `${plainCanary("login")}@example.test`;
  const password = canary("password");
  const users = [{ name: login, password, displayName: canary("display name"), email: `${plainCanary("address")}@example.test` }];
  const sandbox = await startCaldavSandbox({ clock: movableClock("2026-11-20T08:00:00Z"), users });
  try {
    const url = await server.createDatabase();
    const owner = ["--database", as(url, "kalends_owner")];
    const roles = await cli.run(["migrate", "--print-roles", ...owner]);
    await queryPostgres(url, roles.out);
    const app = { database: as(url, "kalends_app"), key: testKey, allowHosts: [new URL(sandbox.url).host] };
    await expect(createKalends({ ...app, database: url })).rejects.toMatchObject({ code: "store-role-unsafe" });
    await expect(createKalends({ ...app, autoMigrate: false })).rejects.toMatchObject({ code: "store-unmigrated" });
    // The runtime role cannot migrate, and the error tells what to do.
    await expect(createKalends(app)).rejects.toMatchObject({ code: "store-readonly", remedy: expect.stringContaining("--print-roles") });
    expect((await cli.run(["migrate", "--check", ...owner])).code).toBe(1);
    const printed = await cli.run(["migrate", "--print", ...owner]);
    expect(printed.out).toMatch(/force row level security/);
    expect(await cli.run(["migrate", ...owner])).toMatchObject({ code: 0, out: expect.stringContaining("Applied: first-schema") });
    expect((await cli.run(["migrate", "--check", "--database", app.database])).code).toBe(0);

    sandbox.user(login).calendar("work").put("rich", canaryEvent("rich-uid"));
    const kalends = await createKalends(app);
    const account = await kalends.createAccount({ externalId: canary("external id"), displayName: canary("display name"), timeZone: "Europe/Berlin" });
    await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: login, password });
    await kalends.sync();
    const range = { from: "2026-11-01T00:00:00Z", to: "2027-02-28T00:00:00Z" };
    const busy = await kalends.freeBusy({ accounts: [account.id], ...range, whenStale: "ignore" });
    expect(busy.calendars[0]?.periods.length).toBeGreaterThan(0);
    await kalends.close();

    // The same database in the hands of a worker, as it is run beside others.
    sandbox.user(login).calendar("work").put("later", canaryEvent("later-uid"));
    await queryPostgres(url, "update kalends.job set run_at = 0 where kind = 'sync-calendar'");
    const requests = sandbox.requests.length;
    let looking = false;
    const worker = await cli.run(["worker", "--database", app.database, "--allow-host", sandbox.allowHost, "--health", "0"], {
      environment: { KALENDS_KEY: testKey },
      onPrint: (printed, child) => {
        if (looking || !printed.includes("working")) return;
        looking = true;
        const look = async (): Promise<void> => {
          const rows = await queryPostgres(url, "select calendar_id from kalends.calendar_object");
          if (rows.length === 2) child.kill("SIGTERM");
          else setTimeout(() => void look(), 50);
        };
        void look();
      },
    });
    expect(worker).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/health: http\S+\nworking[^]*stopped/) });
    expect(sandbox.requests.length).toBeGreaterThan(requests);
    const status = await cli.run(["status", "--json", "--database", app.database], { environment: { KALENDS_KEY: testKey } });
    expect(JSON.parse(status.out)).toMatchObject([{ state: "connected", calendars: [{ phase: "idle", objects: 2 }], deadLetters: [] }]);

    const everything = Buffer.from(await dump(url));
    expect(everything.length).toBeGreaterThan(2_000);
    const hidden = [...eventCanaries, password, canary("external id"), canary("display name")];
    const found = hidden.flatMap((text) => [...disguises(text)].filter(([, bytes]) => everything.includes(bytes)).map(([form]) => `${text} (${form})`));
    expect(found).toEqual([]);
    expect(cli.printed()).not.toContain(testKey);
  } finally {
    await sandbox.close();
    await cli.close();
    await server.stop();
  }
}, 240_000);
