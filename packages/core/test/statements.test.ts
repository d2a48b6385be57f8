import { describe, expect, test } from "vitest";
import { scopes } from "@kalends/model";
import { openSqliteStore } from "@kalends/store-sqlite";
import { openTestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

/** Tables of the whole database: names of organizations, settings, the schema's own record. */
const databaseWide = ["organization", "setting", "migration", "sqlite_schema", "sqlite_master", "json_each"];

/**
 * What may look across organizations: the scheduler, which serves all of them, and the care for dead processes and keys. None of them reads
 * a column that says anything of a person or an event.
 */
const acrossOrganizations: { why: string; tables: string[]; text: RegExp }[] = [
  { why: "the oldest due jobs of all organizations", tables: ["job"], text: /^(select|update|delete)/ },
  { why: "claims, leases and rights to renew of a process that died", tables: ["job", "sync_state", "credential_renewal"], text: /"holder"/ },
  { why: "how many data keys a key of the keyset still wraps", tables: ["data_key"], text: /"key_id"/ },
];

function tablesOf(statement: string): string[] {
  return [...statement.matchAll(/\b(?:from|join|update|into)\s+"?([a-z_]+)"?/g)].map(([, name]) => name ?? "").filter((name) => !databaseWide.includes(name));
}

function carriesOrganization(statement: string): boolean {
  if (/^insert into/.test(statement)) {
    const columns = /^insert into "?\w+"? \(([^)]*)\)/.exec(statement)?.[1] ?? "";
    const rest = statement.slice(statement.indexOf(")") + 1);
    return columns.includes('"organization"') && (!/\bfrom\b/.test(rest) || /"organization" = \?/.test(rest));
  }
  // Each part of a union has its own condition, and so has each table in it, be it a value or the organization of a table beside it.
  return statement.split(/ union(?: all)? /).every((part) => {
    const conditions = part.match(/"organization" = (\?|"\w+"\."organization")/g) ?? [];
    return /"organization" = \?/.test(part) && conditions.length >= tablesOf(part).length;
  });
}

describe("the statement recorder", () => {
  test("every statement on tables of an organization names the organization", async () => {
    const seen = new Set<string>();
    const store = await openSqliteStore({ path: ":memory:", onStatement: (statement) => seen.add(statement.replace(/\s+/g, " ").trim()) });
    const t = await openTestEngine({ store });
    // Schema steps are of the whole database.
    seen.clear();
    await workload(t);
    const statements = [...seen].filter((one) => /^(select|insert|update|delete|with)/i.test(one) && tablesOf(one).length > 0);
    const open = statements.filter((one) => !carriesOrganization(one));
    const unexplained = open.filter((one) => !acrossOrganizations.some(({ tables, text }) => text.test(one) && tablesOf(one).every((name) => tables.includes(name))));
    expect(unexplained).toEqual([]);
    expect(statements.length - open.length).toBeGreaterThan(100);
    expect(open.length).toBeLessThan(10);
    // The recorder is able to find one: the same statement without its condition is refused.
    const [sample] = statements.filter((one) => /^select/.test(one) && one.includes("calendar_object"));
    expect(carriesOrganization((sample ?? "").replaceAll(/("\w+"\.)?"organization" = \?/g, "1 = 1"))).toBe(false);
    await store.close();
  });
});

/** Every public call at least once, so that every statement of the store is seen. */
async function workload(t: Awaited<ReturnType<typeof openTestEngine>>): Promise<void> {
  const { organization, provider } = t;
  const calendar = provider.calendar("/work/");
  for (let index = 0; index < 5; index += 1) calendar.put(`/${index}.ics`, sampleObject(`${index}`, { visibility: index === 1 ? "private" : "public" }));
  provider.calendar("/home/").put("/h.ics", sampleObject("h"));
  const accountId = await t.connect();
  await organization.sync();
  calendar.break("/3.ics");
  calendar.remove("/2.ics");
  calendar.expireCursors();
  await organization.sync();
  const { applications, members } = organization;
  const { id } = await applications.create({ name: "One" });
  const made = await applications.authorize({ applicationId: id, accountId, scopes: [...scopes], privateEvents: true });
  const [work, home] = await organization.listCalendars({ accountId });
  await applications.grantUnrestricted(made.id, work?.id ?? "");
  await applications.changeAuthorization(made.id, { detail: "title", excludedCalendarIds: [home?.id ?? ""] });
  calendar.put("/6.ics", sampleObject("6", { start: hour(50), end: hour(51) }));
  await organization.sync();
  const app = organization.application(id);
  const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-25T00:00:00Z" };
  await app.accounts();
  await app.account(accountId);
  await app.calendars(accountId);
  await app.freeBusy({ accounts: [accountId], ...range, whenStale: "ignore" });
  await app.events({ accountId, ...range });
  await app.status(accountId);
  await app.changes(0);
  await app.changesHead();
  await organization.freeBusy({ accounts: [accountId], ...range, whenStale: "ignore" });
  await organization.occurrences({ calendarId: work?.id ?? "", ...range });
  await organization.status();
  await organization.quarantined(work?.id ?? "");
  await organization.changes(0);
  await organization.findAccountByExternalId("nobody");
  const [own] = await applications.listAuthorizations({ accountId });
  for (const { id: each } of await applications.listAuthorizations({ accountId })) await applications.changeAuthorization(each, { detail: "busy" });
  await applications.change(id, { window: { daysBack: 1, daysAhead: 3 } });
  await applications.endAuthorization(own?.id ?? "", "over");
  provider.deleteCalendar("/home/");
  await organization.sync();
  await members.add("ada", "owner");
  await members.setRole("ada", "owner");
  const invitation = await members.invite({ role: "owner" });
  await members.redeem(invitation.code, "bob");
  await members.revokeInvitation((await members.invite({ role: "member" })).id);
  await members.listInvitations();
  await members.setRole("bob", "member");
  await members.remove("bob");
  await organization.audit.verify();
  for await (const record of organization.audit.export()) expect(record.sequence).toBeGreaterThan(0);
  await organization.alerts.open();
  await t.clock.advance(3 * 86_400_000);
  await t.engine.scheduler.drain();
  await t.store.liveHolders(t.clock.now());
  await t.store.releaseHolder("nobody");
}
