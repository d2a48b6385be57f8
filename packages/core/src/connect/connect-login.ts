import { hostActor, KalendsError, scopes } from "@kalends/model";
import type {
  AccountId, Connection, ConnectionId, ConnectedLogin, Credential, LoginIdentity, OrganizationStore, ProviderId, RemoteCalendar, Vault,
} from "@kalends/model";
import { planCalendarList } from "../calendars/plan-calendar-list.ts";
import { purgeConnection } from "../disconnect/disconnect.ts";
import { listAudience } from "../permissions/audience.ts";
import { newId } from "../new-id.ts";
import { isDeactivated, requireActiveUser } from "../provisioning/active-user.ts";
import { deprovisionAccount } from "../provisioning/deprovision-account.ts";
import { ensureDefaultAuthorization } from "../permissions/default-application.ts";
import type { Runtime } from "../runtime.ts";
import type { WorkUnit } from "../seal/work-unit.ts";
import { findProvider } from "../sync/calendar-context.ts";
import { watchAnew } from "../watches/watch-anew.ts";
import { endpointOf, sealCredential } from "./open-credential.ts";

export interface ConnectInput {
  accountId: AccountId;
  provider: ProviderId;
  /** What the user typed: an address, a host name, a URL. */
  address: string;
  credential: Credential;
  preset?: string;
  /** Who logged in, where the provider told it already. */
  identity?: LoginIdentity;
  /** Who connects, for the audit log. Default: the host. */
  actor?: string;
  signal?: AbortSignal;
}

/** A connected login and its calendars. */
export interface ConnectResult {
  connection: Connection;
  /** The login was known; its connection was mended in place, with the same ids. */
  reconnected: boolean;
  calendars: { id: string; name: string }[];
}

/**
 * Connects a login: finds the service, proves the login by a real read, seals the credential, lists the calendars and plans
 * their first sync. The same login of the same account again mends its connection in place.
 */
export async function connectLogin(runtime: Runtime, store: OrganizationStore, input: ConnectInput): Promise<ConnectResult> {
  const { directory } = store;
  // An account that was made by a process which died in the middle has no authorization at all; without one nothing is ever read.
  const account = await directory.findAccount(input.accountId);
  if (account !== null && (await directory.listAuthorizations(account.id)).length === 0) await ensureDefaultAuthorization(runtime, store, account.id, scopes);
  if (account === null) throw new KalendsError("not-found", `There is no account ${input.accountId}`);
  await requireActiveUser(store, account.id);
  const login = await proveLogin(runtime, input);
  // The login is proven: from here on nobody outside is waited for.
  const unit = runtime.unit(store.organizationId);
  const known = await findKnown(unit.store, input, login);
  const add = (): Promise<Connection> => addConnection(runtime, unit.store, input, login);
  const connection = known ?? (await unlessTaken(add, async () => (await findKnown(unit.store, input, login)) ?? afterPurges(runtime, store, add)));
  return mend(runtime, unit, input, login, connection, known !== null);
}

/** Stores the proven credential and brings the connection to life. */
async function mend(
  runtime: Runtime,
  { store, vault }: WorkUnit,
  input: ConnectInput,
  login: ConnectedLogin,
  connection: Connection,
  reconnected: boolean,
): Promise<ConnectResult> {
  const { directory } = store;
  await replaceCredential(vault, store, connection, input.credential);
  const now = runtime.clock.now();
  await directory.updateEndpoint(connection.id, endpointOf(login.endpoint, input.credential));
  await directory.setGrantedScopes(connection.id, input.credential.kind === "oauth" ? input.credential.scopes : null);
  await directory.setConnectionState(connection.id, "connected", null, now, { action: "connect", actor: input.actor ?? hostActor });
  // A reading of the same list may have added the calendars meanwhile.
  const list = (): Promise<boolean> => addListed(runtime, store, connection, login.calendars);
  await unlessTaken(list, list);
  if (connection.state !== "connected") await watchAnew(runtime, store, connection);
  await directory.noteListed(connection.id, { at: now, errorCode: null });
  // The user may have been deactivated while the login was proven: then what was stored since goes again.
  if (await isDeactivated(store, connection.accountId)) {
    await deprovisionAccount(runtime, store, connection.accountId);
    await requireActiveUser(store, connection.accountId);
  }
  const calendars = await directory.listCalendars({ connectionId: connection.id });
  return {
    connection: (await directory.findConnection(connection.id)) ?? connection,
    reconnected,
    calendars: calendars.map(({ id, name }) => ({ id, name })),
  };
}

/** A new proof of a known login. */
export interface ReconnectInput {
  connectionId: ConnectionId;
  /** Default: what the connection is called. */
  address?: string;
  credential: Credential;
  preset?: string;
  /** Who logged in, where the provider told it already. */
  identity?: LoginIdentity;
  signal?: AbortSignal;
  /** Who connects, for the audit log. Default: the host. */
  actor?: string;
}

/**
 * Mends a connection in place: all ids stay. The login must be the connection's own: another one is refused with `account-mismatch`, and
 * nothing is changed then. Throws `not-found`, and what proving the login throws.
 */
export async function reconnectLogin(runtime: Runtime, store: OrganizationStore, input: ReconnectInput): Promise<ConnectResult> {
  const { connectionId, ...rest } = input;
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  await requireActiveUser(store, connection.accountId);
  const { accountId, provider } = connection;
  const proof: ConnectInput = { ...rest, accountId, provider, address: input.address ?? connection.label };
  const login = await proveLogin(runtime, proof);
  if (login.remoteIdentity !== connection.remoteIdentity) {
    throw new KalendsError("account-mismatch", `The login is not the one of the connection ${connectionId}`);
  }
  return mend(runtime, runtime.unit(store.organizationId), proof, login, connection, true);
}

async function findKnown(store: OrganizationStore, input: ConnectInput, login: ConnectedLogin): Promise<Connection | null> {
  const connections = await store.directory.listConnections(input.accountId);
  return connections.find(({ provider, remoteIdentity }) => provider === input.provider && remoteIdentity === login.remoteIdentity) ?? null;
}

/** Two calls may connect the same login at once: who comes second goes on with what the first one made. */
async function unlessTaken<T>(make: () => Promise<T>, otherwise: () => Promise<T | null>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    const taken = thrown instanceof KalendsError && (thrown.code === "already-exists" || thrown.code === "revision-conflict");
    const found = taken ? await otherwise() : null;
    if (found === null) throw thrown;
    return found;
  }
}

/** Nobody finds a connection whose purge died midway, and yet its login is taken: the purge comes to its end first. */
async function afterPurges(runtime: Runtime, store: OrganizationStore, add: () => Promise<Connection>): Promise<Connection | null> {
  const purging = await store.retention.purgingConnections();
  for (const connectionId of purging) await purgeConnection(runtime, store, connectionId);
  return purging.length === 0 ? null : add();
}

/** The credential that was proved last counts. Delegated access has none to keep, and leaves none behind. */
async function replaceCredential(vault: Vault, store: OrganizationStore, connection: Connection, credential: Credential): Promise<void> {
  if (credential.kind === "delegated") return await store.credentials.remove(connection.id);
  const put = async (): Promise<boolean> => {
    const before = await store.credentials.get(connection.id);
    const expected = before?.generation ?? 0;
    await store.credentials.put(connection.id, await sealCredential(vault, connection, credential, expected + 1), expected);
    return true;
  };
  await unlessTaken(put, put);
}

/** Proving a login is one reading; what is missing from it is removed only by the calendar list's own two. */
async function addListed(runtime: Runtime, store: OrganizationStore, connection: Connection, listed: RemoteCalendar[]): Promise<boolean> {
  const now = runtime.clock.now();
  const stored = await store.directory.listCalendars({ connectionId: connection.id, includeRemoved: true });
  const plan = planCalendarList({ connection, stored, listed, now, newId: () => newId(runtime.random, "cal") });
  const kept = { ...plan, removed: [], changes: plan.changes.filter(({ kind }) => kind !== "calendar-removed") };
  const resumed = stored.filter(({ removedAt }) => removedAt === null).map(({ id }) => ({ kind: "sync-calendar" as const, subject: id, runAt: now }));
  kept.jobs.push(...resumed, { kind: "list-calendars", subject: connection.id, runAt: now + runtime.settings.listEveryMs });
  await store.directory.applyCalendarList({ ...kept, ...(await listAudience(store, connection.accountId, kept)) });
  return true;
}

async function proveLogin(runtime: Runtime, input: ConnectInput): Promise<ConnectedLogin> {
  const provider = findProvider(runtime, { provider: input.provider });
  if (provider.connect === undefined) throw new KalendsError("provider-unknown", `The provider ${input.provider} cannot connect by address`);
  return provider.connect({
    address: input.address,
    credential: input.credential,
    ...(input.preset === undefined ? {} : { preset: input.preset }),
    ...(input.identity === undefined ? {} : { identity: input.identity }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  });
}

async function addConnection(runtime: Runtime, store: OrganizationStore, input: ConnectInput, login: ConnectedLogin): Promise<Connection> {
  const connection: Connection = {
    organizationId: store.organizationId,
    id: newId(runtime.random, "con"),
    accountId: input.accountId,
    provider: input.provider,
    // Becomes `connected` once its credential is stored; until then nothing syncs it.
    state: "needs-reauth",
    remoteIdentity: login.remoteIdentity,
    label: login.label,
    endpoint: endpointOf(login.endpoint, input.credential),
    createdAt: runtime.clock.now(),
    listedAt: null,
    pausedUntil: null,
    errorCode: null,
    grantedScopes: null,
  };
  await store.directory.addConnection(connection);
  return connection;
}
