import { KalendsError } from "@kalends/model";
import type { OrganizationStore } from "@kalends/model";
import type { AlertBoard } from "../alerts/alert-board.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { applicationDirectory, type ApplicationDirectory } from "../applications/application-directory.ts";
import type { ApplicationEngine } from "../applications/application-engine.ts";
import type { OrganizationEngine } from "../organization-engine.ts";
import { createAccount } from "../accounts/create-account.ts";
import { provisioningDirectory, type ProvisioningDirectory } from "../provisioning/provisioning-directory.ts";
import type { ErasureDesk } from "../erasure/erasure-desk.ts";
import type { RetentionDesk } from "../retention/retention-desk.ts";
import type { Runtime } from "../runtime.ts";
import { memberDirectory, type MemberDirectory } from "./member-directory.ts";
import { mayDo, type Action } from "./role-actions.ts";

/** Names of the methods of `T`. */
type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];
/** The action that each method asks for: a method that is missing here does not compile. `null`: it tells nothing, everybody may. */
export type MethodActions<T> = Readonly<Record<Methods<T>, Action | null>>;

export const organizationActions: MethodActions<OrganizationEngine> = {
  createAccount: "manage-accounts",
  findAccount: "read-data",
  findAccountByExternalId: "read-data",
  listAccounts: "read-data",
  connect: "manage-connections",
  reconnect: "manage-connections",
  disconnect: "manage-connections",
  beginConnect: "manage-connections",
  completeConnect: "manage-connections",
  listConnections: "read-data",
  // The address of a feed opens it.
  listSubscriptions: "manage-connections",
  listCalendars: "read-data",
  refreshCalendars: "sync-data",
  sync: "sync-data",
  syncCalendar: "sync-data",
  resync: "sync-data",
  freeBusy: "read-data",
  occurrences: "read-data",
  status: "read-data",
  deadLetters: "read-data",
  retryDeadLetters: "sync-data",
  quarantined: "see-operations",
  changes: "read-data",
  changesHead: "read-data",
  // Carries no data.
  onChange: null,
  // Both hand out an engine whose own calls ask.
  application: null,
  actingAs: null,
};

export const applicationActions: MethodActions<ApplicationDirectory> = {
  create: "manage-applications",
  change: "manage-applications",
  list: "read-data",
  authorize: "manage-applications",
  changeAuthorization: "manage-applications",
  endAuthorization: "manage-applications",
  listAuthorizations: "read-data",
  grantUnrestricted: "manage-applications",
  withdrawUnrestricted: "manage-applications",
};

export const memberActions: MethodActions<MemberDirectory> = {
  add: "manage-members",
  find: "see-members",
  list: "see-members",
  setRole: "manage-members",
  remove: "manage-members",
  invite: "manage-members",
  listInvitations: "manage-members",
  revokeInvitation: "manage-members",
  // Who has a code may use it.
  redeem: null,
};

export const provisioningActions: MethodActions<ProvisioningDirectory> = {
  createUser: "manage-accounts",
  findUser: "manage-accounts",
  findUserByName: "manage-accounts",
  findUsersByExternalId: "manage-accounts",
  listUsers: "manage-accounts",
  countUsers: "manage-accounts",
  replaceUser: "manage-accounts",
  removeUser: "manage-accounts",
  createGroup: "manage-accounts",
  findGroup: "manage-accounts",
  findGroupByName: "manage-accounts",
  listGroups: "manage-accounts",
  countGroups: "manage-accounts",
  groupsOf: "manage-accounts",
  replaceGroup: "manage-accounts",
  removeGroup: "manage-accounts",
};

export const applicationReadActions: MethodActions<ApplicationEngine> = {
  accounts: "read-data",
  account: "read-data",
  calendars: "read-data",
  freeBusy: "read-data",
  events: "read-data",
  status: "read-data",
  changes: "read-data",
  changesHead: "read-data",
  onChange: null,
  checkWrite: "read-data",
};

export const auditActions: MethodActions<AuditTrail> = {
  read: "see-operations",
  head: "see-operations",
  verify: "see-operations",
  export: "export-data",
  note: "read-data",
};

export const alertActions: MethodActions<AlertBoard> = {
  open: "see-operations",
  read: "see-operations",
  acknowledge: "see-operations",
};

export const retentionActions: MethodActions<RetentionDesk> = {
  plan: "see-operations",
  run: "manage-accounts",
  report: "see-operations",
};

export const erasureActions: MethodActions<ErasureDesk> = {
  forget: "manage-accounts",
  export: "export-data",
  list: "see-operations",
  receipt: "see-operations",
  tick: "manage-accounts",
};

type Check = (action: Action) => Promise<void>;
type Call = (...args: unknown[]) => unknown;

/** The methods of an object, which first ask whether the member may. */
function guarded<T extends object>(target: T, table: MethodActions<T>, check: Check): Pick<T, Methods<T>> {
  const entries = Object.entries(table as Record<string, Action | null>).map(([name, action]): [string, Call] => {
    const method = (target as Record<string, Call>)[name] as Call;
    const call: Call = (...args) => method.apply(target, args);
    if (action === null) return [name, call];
    return [name, async (...args) => {
      await check(action);
      return call(...args);
    }];
  });
  return Object.fromEntries(entries) as Pick<T, Methods<T>>;
}

/**
 * The organization as one member may use it: every call asks the action table with the role that the member has at that moment, and the
 * audit log names the member. Throws `not-authorized` from the calls.
 */
export function actingAs(runtime: Runtime, store: OrganizationStore, engine: OrganizationEngine, memberId: string): OrganizationEngine {
  const check: Check = async (action) => {
    const member = await store.members.find(memberId);
    if (member !== null && mayDo(runtime.roleActions, member.role, action)) return;
    throw new KalendsError("not-authorized", `The member ${memberId} may not ${action}`);
  };
  const allowed = guarded(engine, organizationActions, check);
  return {
    ...allowed,
    organizationId: engine.organizationId,
    connect: (input) => allowed.connect({ ...input, actor: memberId }),
    reconnect: (input) => allowed.reconnect({ ...input, actor: memberId }),
    disconnect: (id, options) => allowed.disconnect(id, { ...options, actor: memberId }),
    completeConnect: (input) => allowed.completeConnect({ ...input, actor: memberId }),
    applications: guarded(applicationDirectory(runtime, store, memberId), applicationActions, check),
    members: guarded(memberDirectory(runtime, store, memberId), memberActions, check),
    provisioning: guarded(provisioningDirectory(runtime, store, (input) => createAccount(runtime, store, input), memberId), provisioningActions, check),
    retention: actingRetention(engine, memberId, check),
    erasure: actingErasure(engine, memberId, check),
    audit: actingAudit(engine, memberId, check),
    alerts: { ...guarded(engine.alerts, alertActions, check), acknowledge: (alert) => acknowledge(engine, alert, memberId, check) },
    application: (id) => ({ organizationId: engine.organizationId, applicationId: id, ...guarded(engine.application(id), applicationReadActions, check) }),
    // One member cannot turn into another.
    actingAs: (other) => {
      if (other !== memberId) throw new KalendsError("not-authorized", `The member ${memberId} may not act as another member`);
      return actingAs(runtime, store, engine, memberId);
    },
  };
}

/** What a member writes down or takes along is signed by the member, whatever name is passed. */
function actingAudit(engine: OrganizationEngine, memberId: string, check: Check): AuditTrail {
  const allowed = guarded(engine.audit, auditActions, check);
  return {
    ...allowed,
    note: (entry) => allowed.note({ ...entry, actor: memberId }),
    export: async function* (options) {
      await check("export-data");
      yield* engine.audit.export({ ...options, actor: memberId });
    },
  };
}

function actingRetention(engine: OrganizationEngine, memberId: string, check: Check): RetentionDesk {
  const allowed = guarded(engine.retention, retentionActions, check);
  return { ...allowed, run: (options) => allowed.run({ ...options, actor: memberId }) };
}

function actingErasure(engine: OrganizationEngine, memberId: string, check: Check): ErasureDesk {
  const allowed = guarded(engine.erasure, erasureActions, check);
  return {
    ...allowed,
    forget: (subject, options) => allowed.forget(subject, { ...options, actor: memberId }),
    export: (subject) => allowed.export(subject, memberId),
    tick: (id, system) => allowed.tick(id, system, memberId),
  };
}

async function acknowledge(engine: OrganizationEngine, alert: number, memberId: string, check: Check): Promise<boolean> {
  await check("see-operations");
  return engine.alerts.acknowledge(alert, memberId);
}
