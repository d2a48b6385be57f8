import { describe, expect, test } from "vitest";
import type {
  alertActions, applicationActions, applicationReadActions, auditActions, memberActions, organizationActions} from "@kalends/core";
import { defaultApplicationId, type OrganizationEngine,
} from "@kalends/core";
import { scopes, Secret } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" };
const credential = { kind: "password", username: "ada", password: new Secret("x") } as const;

/** Ids of each kind, all of one organization. */
interface Ids {
  account: string;
  externalId: string;
  connection: string;
  calendar: string;
  application: string;
  authorization: string;
  member: string;
  invitation: string;
  code: string;
  alert: number;
  state: string;
  binding: string;
}

/** How a public method is asked about an id that is not one of the organization's. */
type Ask = (org: OrganizationEngine, other: Ids, own: Ids) => Promise<unknown>;

const takesNoId = "takes no id";

const onOrganization: Record<keyof typeof organizationActions, Ask | Ask[] | typeof takesNoId> = {
  createAccount: takesNoId,
  deadLetters: takesNoId,
  retryDeadLetters: takesNoId,
  findAccount: (org, { account }) => org.findAccount(account),
  findAccountByExternalId: (org, { externalId }) => org.findAccountByExternalId(externalId),
  listAccounts: takesNoId,
  connect: (org, { account }) => org.connect({ accountId: account, provider: "memory", address: "ada@example.test", credential }),
  reconnect: (org, { connection }) => org.reconnect({ connectionId: connection, credential }),
  disconnect: [
    (org, { connection }) => org.disconnect(connection, { disposition: "keep" }),
    (org, { connection }) => org.disconnect(connection, { disposition: "purge" }),
  ],
  beginConnect: [
    (org, { account }) => org.beginConnect({ accountId: account, provider: "memory", redirectUri: "https://app.example/back" }),
    (org, { connection }, own) => org.beginConnect({ accountId: own.account, provider: "memory", redirectUri: "https://app.example/back", connectionId: connection }),
  ],
  completeConnect: (org, { state, binding }) => org.completeConnect({
    answer: { state, error: "access_denied" }, binding: new Secret(binding), provider: "memory", redirectUri: "https://app.example/back",
  }),
  listConnections: (org, { account }) => org.listConnections(account),
  listCalendars: [(org, { account }) => org.listCalendars({ accountId: account }), (org, { connection }) => org.listCalendars({ connectionId: connection })],
  listSubscriptions: (org, { connection }) => org.listSubscriptions(connection),
  refreshCalendars: (org, { connection }) => org.refreshCalendars(connection),
  sync: [(org, { account }) => org.sync({ accountId: account }), (org, { connection }) => org.sync({ connectionId: connection })],
  syncCalendar: (org, { calendar }) => org.syncCalendar(calendar),
  resync: (org, { calendar }) => org.resync(calendar),
  freeBusy: [
    (org, { account }) => org.freeBusy({ accounts: [account], ...range, whenStale: "ignore" }),
    (org, { calendar }) => org.freeBusy({ calendars: [calendar], ...range, whenStale: "ignore" }),
    (org, { calendar }, own) => org.freeBusy({ accounts: [own.account], calendars: [calendar], ...range, whenStale: "ignore" }),
  ],
  occurrences: (org, { calendar }) => org.occurrences({ calendarId: calendar, ...range }),
  status: (org, { account }) => org.status(account),
  quarantined: (org, { calendar }) => org.quarantined(calendar),
  changes: takesNoId,
  changesHead: takesNoId,
  onChange: takesNoId,
  application: (org, { application }) => org.application(application).accounts(),
  actingAs: (org, { member }) => org.actingAs(member).listAccounts(),
};

const onApplications: Record<keyof typeof applicationActions, Ask | Ask[] | typeof takesNoId> = {
  create: takesNoId,
  change: (org, { application }) => org.applications.change(application, { name: "Mine" }),
  list: takesNoId,
  authorize: [
    (org, { account }, own) => org.applications.authorize({ applicationId: own.application, accountId: account, scopes: [] }),
    (org, { application }, own) => org.applications.authorize({ applicationId: application, accountId: own.account, scopes: [] }),
  ],
  changeAuthorization: [
    (org, { authorization }) => org.applications.changeAuthorization(authorization, { detail: "busy" }),
    (org, { calendar }, own) => org.applications.changeAuthorization(own.authorization, { excludedCalendarIds: [calendar] }),
  ],
  endAuthorization: (org, { authorization }) => org.applications.endAuthorization(authorization, "mine"),
  listAuthorizations: [
    (org, { account }) => org.applications.listAuthorizations({ accountId: account }),
    (org, { application }) => org.applications.listAuthorizations({ applicationId: application }),
  ],
  grantUnrestricted: [
    (org, { authorization }, own) => org.applications.grantUnrestricted(authorization, own.calendar),
    (org, { calendar }, own) => org.applications.grantUnrestricted(own.authorization, calendar),
  ],
  withdrawUnrestricted: [
    (org, { authorization }, own) => org.applications.withdrawUnrestricted(authorization, own.calendar),
    (org, { calendar }, own) => org.applications.withdrawUnrestricted(own.authorization, calendar),
  ],
};

const onMembers: Record<keyof typeof memberActions, Ask | typeof takesNoId> = {
  add: takesNoId,
  find: (org, { member }) => org.members.find(member),
  list: takesNoId,
  setRole: (org, { member }) => org.members.setRole(member, "member"),
  remove: (org, { member }) => org.members.remove(member),
  invite: takesNoId,
  listInvitations: takesNoId,
  revokeInvitation: (org, { invitation }) => org.members.revokeInvitation(invitation),
  redeem: (org, { code }) => org.members.redeem(code, "guest"),
};

const onApplication: Record<keyof typeof applicationReadActions, Ask | Ask[] | typeof takesNoId> = {
  accounts: (org, { application }) => org.application(application).accounts(),
  account: [
    (org, { account }, own) => org.application(own.application).account(account),
    (org, { application }, own) => org.application(application).account(own.account),
  ],
  calendars: (org, { account }, own) => org.application(own.application).calendars(account),
  freeBusy: [
    (org, { account }, own) => org.application(own.application).freeBusy({ accounts: [account], ...range, whenStale: "ignore" }),
    (org, { account }, own) => org.application(own.application).freeBusy({ accounts: [own.account, account], ...range, whenStale: "ignore" }),
    (org, { calendar }, own) => org.application(own.application).freeBusy({ accounts: [own.account], calendars: [calendar], ...range, whenStale: "ignore" }),
  ],
  events: [
    (org, { account }, own) => org.application(own.application).events({ accountId: account, ...range }),
    (org, { calendar }, own) => org.application(own.application).events({ accountId: own.account, calendars: [calendar], ...range }),
  ],
  status: (org, { account }, own) => org.application(own.application).status(account),
  changes: (org, { application }) => org.application(application).changes(0),
  changesHead: (org, { application }) => org.application(application).changesHead(),
  onChange: takesNoId,
  checkWrite: [
    (org, { account, calendar }, own) => org.application(own.application).checkWrite({ accountId: account, calendarId: calendar, action: "create", writtenBy: null }),
    (org, { calendar }, own) => org.application(own.application).checkWrite({ accountId: own.account, calendarId: calendar, action: "create", writtenBy: null }),
  ],
};

const onAudit: Record<keyof typeof auditActions, typeof takesNoId> = { read: takesNoId, head: takesNoId, verify: takesNoId, export: takesNoId, note: takesNoId };

const onAlerts: Record<keyof typeof alertActions, Ask | typeof takesNoId> = {
  open: takesNoId,
  read: takesNoId,
  acknowledge: (org, { alert }) => org.alerts.acknowledge(alert),
};

/** An organization with one of everything. */
async function populate(t: TestEngine, name: string): Promise<{ org: OrganizationEngine; ids: Ids }> {
  const org = await t.engine.openOrganization(name);
  const externalId = `user of ${name}`;
  const account = await org.createAccount({ externalId });
  const { connection, calendars } = await org.connect({ accountId: account.id, provider: "memory", address: "ada@example.test", credential });
  await org.sync();
  const application = await org.applications.create({ name: "One" });
  const authorization = await org.applications.authorize({ applicationId: application.id, accountId: account.id, scopes: [...scopes] });
  await org.sync();
  const { id: member } = await org.members.add(`owner of ${name}`, "owner");
  await org.members.add(`second owner of ${name}`, "owner");
  const invitation = await org.members.invite({ role: "member" });
  const begun = await org.beginConnect({ accountId: account.id, provider: "memory", redirectUri: "https://app.example/back" });
  const ids: Ids = {
    account: account.id, externalId, connection: connection.id, calendar: calendars[0]?.id ?? "", application: application.id, authorization: authorization.id,
    member, invitation: invitation.id, code: invitation.code, alert: 1,
    state: new URL(begun.url).searchParams.get("state") ?? "", binding: begun.binding.reveal(),
  };
  return { org, ids };
}

const unknown: Ids = {
  account: "acc_unknown", externalId: "nobody", connection: "con_unknown", calendar: "cal_unknown", application: "app_unknown", authorization: "aut_unknown",
  member: "nobody", invitation: "inv_unknown", code: "kinv_unknown", alert: 7, state: "state of nobody", binding: "browser of nobody",
};

/** What came out, with the id that was asked about taken out of it. */
async function outcome(ask: Ask, org: OrganizationEngine, other: Ids, own: Ids): Promise<string> {
  const plain = (text: string): string => Object.values(other).reduce((out: string, id) => out.replaceAll(String(id), "<id>"), text);
  try {
    return plain(`answered ${JSON.stringify(await ask(org, other, own))}`);
  } catch (thrown) {
    const { code, message, remedy } = thrown as { code: string; message: string; remedy: string };
    return plain(`${code}: ${message} ${remedy}`);
  }
}

const nothing = ["answered null", "answered []", 'answered {"ok":true,"calendars":[],"connections":[]}'];

describe("ids of another organization", () => {
  const tables = { onOrganization, onApplications, onMembers, onApplication, onAudit, onAlerts };
  const asks = Object.entries(tables).flatMap(([table, rows]) =>
    Object.entries(rows as Record<string, Ask | Ask[] | typeof takesNoId>).flatMap(([name, row]) =>
      (row === takesNoId ? [] : [row].flat()).map((ask, index): [string, Ask] => [`${table} ${name} ${index}`, ask as Ask]),
    ),
  );

  test("every public method says the same of them as of ids that never were: that there is nothing", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/1.ics", sampleObject("1"));
    const [mine, theirs] = [await populate(t, "mine"), await populate(t, "theirs")];
    const raised = await t.store.organization("theirs").alerts.raise({ kind: "chain-broken", subject: "x", detail: "x", escalateAt: 1 }, 1);
    theirs.ids.alert = raised ?? 0;
    const before = await snapshot(t, "theirs");
    for (const [name, ask] of asks) {
      const foreign = await outcome(ask, mine.org, theirs.ids, mine.ids);
      expect(`${name}: ${foreign}`).toBe(`${name}: ${await outcome(ask, mine.org, unknown, mine.ids)}`);
      const refused = /^(not-found|invitation-invalid|connect-attempt-invalid|not-authorized):/.test(foreign);
      expect(refused || nothing.includes(foreign), `${name}: ${foreign}`).toBe(true);
    }
    expect(await snapshot(t, "theirs")).toBe(before);
    await t.store.close();
  });

  test("the same calls on the organization's own ids do something", async () => {
    const t = await openTestEngine();
    t.provider.calendar("/work/").put("/1.ics", sampleObject("1"));
    expect(asks.length).toBeGreaterThan(40);
    const empty: string[] = [];
    for (const [index, [name, ask]] of asks.entries()) {
      const { org, ids } = await populate(t, `mine ${index}`);
      const raised = await t.store.organization(org.organizationId).alerts.raise({ kind: "chain-broken", subject: "x", detail: "x", escalateAt: 1 }, 1);
      ids.alert = raised ?? 0;
      const own = await outcome(ask, org, ids, ids);
      if (nothing.includes(own) || own.startsWith("not-found")) empty.push(name);
    }
    // Nothing was set aside in that calendar, and a provider in memory follows no feeds.
    expect(empty.sort()).toEqual(["onOrganization listSubscriptions 0", "onOrganization quarantined 0"]);
    await t.store.close();
  });
});

/** Everything of an organization, for "nothing of it moved". */
async function snapshot(t: TestEngine, name: string): Promise<string> {
  const store = t.store.organization(name);
  const { directory } = store;
  const calendars = await directory.listCalendars();
  return JSON.stringify([
    await directory.listAccounts(), await directory.listConnections(), calendars, await directory.listApplications(), await directory.listAuthorizations(),
    await store.members.list(), await store.members.listInvitations(), await store.feed.read(0, 1_000), await store.audit.read(0, 1_000), await store.alerts.open(),
    await Promise.all(calendars.map(({ id }) => store.reader.objects(id, null, null, 100))), defaultApplicationId,
  ]);
}
