import { expect, test } from "vitest";
import { startCaldavSandbox } from "@kalends/sandbox";
import { openPostgresStore } from "@kalends/store-postgres";
import { startPostgres } from "@kalends/testing";
import { createKalends, systemClock } from "kalends";
import { testKey } from "./open-kalends.ts";

const event = (uid: string): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20261101T000000Z", "DTSTART:20261130T090000Z",
    "DTEND:20261130T100000Z", `SUMMARY:${uid}`, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");

/** What a piece of work asked of the database. */
interface Asked {
  transactions: number;
  statements: number;
  /** How often a wrapped data key was read. */
  keys: number;
}

test("how many transactions, statements and readings of data keys the engine's usual work takes on PostgreSQL", async (context) => {
  const server = await startPostgres(context);
  const seen: string[] = [];
  const store = await openPostgresStore({ connectionString: await server.createDatabase(), allowUnsafeRole: true, onStatement: (sql) => seen.push(sql) });
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password: "pw", calendars: ["work", "home"] }] });
  const kalends = await createKalends({ database: store, key: testKey, allowHosts: [new URL(sandbox.url).host] });
  const asked = async <T>(work: () => Promise<T>): Promise<[Asked, T]> => {
    seen.length = 0;
    const result = await work();
    const begun = seen.filter((sql) => sql.startsWith("begin"));
    const keys = seen.filter((sql) => /^select .* from "data_key"/.test(sql));
    const statements = seen.length - begun.length - seen.filter((sql) => sql === "commit").length;
    return [{ transactions: begun.length, statements, keys: keys.length }, result];
  };
  try {
    const work = sandbox.user("ada").calendar("work");
    work.put("a", event("a"));
    const { id: accountId } = await kalends.createAccount({ externalId: "ada" });
    const [connect, { calendars }] = await asked(() => kalends.connectCaldav({ accountId, address: sandbox.url, username: "ada", password: "pw" }));
    const calendarId = calendars.find(({ name }) => name === "work")?.id ?? "";
    const [first] = await asked(() => kalends.syncCalendar(calendarId));
    const [nothing] = await asked(() => kalends.syncCalendar(calendarId));
    work.put("b", event("b"));
    const [one, report] = await asked(() => kalends.syncCalendar(calendarId));
    const range = { from: "2026-11-29T00:00:00Z", to: "2026-12-02T00:00:00Z", whenStale: "ignore" as const };
    const [freeBusy, answer] = await asked(() => kalends.freeBusy({ accounts: [accountId], ...range }));
    const { id: applicationId } = await kalends.applications.create({ name: "One" });
    await kalends.applications.authorize({ applicationId, accountId, scopes: ["read_free_busy"] });
    const [ofApplication] = await asked(() => kalends.application(applicationId).freeBusy({ accounts: [accountId], ...range }));
    // That the work was done.
    expect([report.ok, report.created, answer.merged.length]).toEqual([true, 1, 1]);
    expect({ connect, first, nothing, one, freeBusy, ofApplication }).toEqual({
      // The account's key is looked for, made, and the organization's own one read.
      connect: { transactions: 23, statements: 42, keys: 3 },
      first: { transactions: 13, statements: 33, keys: 1 },
      // Claim, surroundings, credential, key, pass, batch, release.
      nothing: { transactions: 7, statements: 16, keys: 1 },
      one: { transactions: 10, statements: 24, keys: 1 },
      freeBusy: { transactions: 1, statements: 1, keys: 0 },
      ofApplication: { transactions: 3, statements: 3, keys: 0 },
    });
  } finally {
    await kalends.close();
    await sandbox.close();
    await server.stop();
  }
});
