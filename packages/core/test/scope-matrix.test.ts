import { describe, expect, test } from "vitest";
import { scopes, type Scope } from "@kalends/model";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };

const calls = ["accounts", "account", "calendars", "freeBusy", "freeBusy of calendars", "events", "status", "changes", "create", "update own", "update other", "delete own", "delete other", "respond"] as const;
type Call = (typeof calls)[number];

/** Calls that each scope alone opens; what is not here is refused. */
const opens: Record<Scope, Call[]> = {
  read_account: ["account"],
  list_calendars: ["calendars"],
  read_free_busy: ["freeBusy"],
  read_events: ["freeBusy", "events"],
  create_event: ["create", "update own"],
  delete_event: ["delete own"],
  change_participation_status: ["respond"],
};
/** Tell only that there is an authorization, and how well the account is known. */
const openToAll: Call[] = ["accounts", "status", "changes"];

async function openWorld(granted: Scope[], raised = false) {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/1.ics", sampleObject("1"));
  const accountId = await t.connect();
  await t.organization.sync();
  const [calendar] = await t.organization.listCalendars();
  const calendarId = calendar?.id ?? "";
  const { applications } = t.organization;
  const { id } = await applications.create({ name: "One" });
  const authorization = await applications.authorize({ applicationId: id, accountId, scopes: granted });
  if (raised) await applications.grantUnrestricted(authorization.id, calendarId);
  await t.organization.sync();
  const app = t.organization.application(id);
  const write = (action: "create" | "update" | "delete" | "respond", writtenBy: string | null) => app.checkWrite({ accountId, calendarId, action, writtenBy });
  const run: Record<Call, () => Promise<unknown>> = {
    accounts: () => app.accounts(),
    account: () => app.account(accountId),
    calendars: () => app.calendars(accountId),
    freeBusy: () => app.freeBusy({ accounts: [accountId], ...range, whenStale: "fail" }),
    "freeBusy of calendars": () => app.freeBusy({ accounts: [accountId], calendars: [calendarId], ...range, whenStale: "fail" }),
    events: () => app.events({ accountId, ...range }),
    status: () => app.status(accountId),
    changes: () => app.changes(0),
    create: () => write("create", null),
    "update own": () => write("update", id),
    "update other": () => write("update", null),
    "delete own": () => write("delete", id),
    "delete other": () => write("delete", "app_another"),
    respond: () => write("respond", null),
  };
  return { t, run, app, accountId, calendarId, authorization };
}

const outcome = (call: () => Promise<unknown>): Promise<string> => call().then(() => "allowed", (thrown: { code: string }) => thrown.code);

describe("each scope alone against each call", () => {
  test.each(scopes)("%s", async (scope) => {
    const { t, run } = await openWorld([scope]);
    for (const call of calls) {
      const wanted = openToAll.includes(call) || opens[scope].includes(call) ? "allowed" : "not-authorized";
      expect(`${call}: ${await outcome(run[call])}`).toBe(`${call}: ${wanted}`);
    }
    await t.store.close();
  });

  test("all of them: only events that the application did not write stay read-only, until their calendar is raised", async () => {
    const { t, run } = await openWorld([...scopes]);
    for (const call of calls) expect(`${call}: ${await outcome(run[call])}`).toBe(`${call}: ${call.endsWith("other") ? "not-authorized" : "allowed"}`);
    const raised = await openWorld([...scopes], true);
    for (const call of calls) expect(`${call}: ${await outcome(raised.run[call])}`).toBe(`${call}: allowed`);
    await t.store.close();
    await raised.t.store.close();
  });

  test("the application's own scopes bound what it was granted, at once", async () => {
    const { t, run, app } = await openWorld([...scopes]);
    await t.organization.applications.change(app.applicationId, { scopes: ["read_free_busy"] });
    expect([await outcome(run.events), await outcome(run.freeBusy), await outcome(run.create)]).toEqual(["not-authorized", "allowed", "not-authorized"]);
    await t.store.close();
  });

  test("a private event is a busy time to all but `full` on the owner's say", async () => {
    const { t, app, accountId, authorization } = await openWorld(["read_events"]);
    t.provider.calendar("/work/").put("/2.ics", sampleObject("2", { visibility: "private", start: { kind: "utc", value: "2026-11-20T12:00:00" }, end: { kind: "utc", value: "2026-11-20T13:00:00" } }));
    await t.organization.sync();
    const look = async () => {
      const [one] = await app.events({ accountId, ...range });
      return { shown: one?.occurrences.map(({ event }) => event.content?.title), hidden: one?.hidden };
    };
    const asBusy = [{ kind: "busy", from: "2026-11-20T12:00:00.000Z", to: "2026-11-20T13:00:00.000Z" }];
    expect(await look()).toEqual({ shown: ["Title of 1"], hidden: asBusy });
    await t.organization.applications.changeAuthorization(authorization.id, { privateEvents: true });
    await t.organization.sync();
    expect(await look()).toEqual({ shown: ["Title of 1", "Title of 2"], hidden: [] });
    await t.organization.applications.changeAuthorization(authorization.id, { detail: "title" });
    expect(await look()).toEqual({ shown: ["Title of 1"], hidden: asBusy });
    await t.store.close();
  });
});
