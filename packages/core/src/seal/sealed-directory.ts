import { KalendsError } from "@kalends/model";
import type { Account, Calendar, CalendarListUpdate, Connection, Directory, OrganizationId, Vault } from "@kalends/model";
import { DirectoryTexts } from "./directory-texts.ts";

/**
 * The directory as the engine sees it: names, labels, identities and endpoints of people are plain here and sealed in the store below.
 * Every call of the port is named, so that a new one has to decide what it does with them.
 */
export function sealedDirectory(inner: Directory, vault: Vault, organizationId: OrganizationId): Directory {
  // Anew for each call, so that each account's data key is asked for once in a call and again in the next.
  const texts = (): DirectoryTexts => new DirectoryTexts(vault, organizationId);
  const account = async (found: Account | null): Promise<Account | null> => (found === null ? null : texts().openAccount(found));
  const connection = async (found: Connection | null): Promise<Connection | null> => (found === null ? null : texts().openConnection(found));
  const calendar = async (found: Calendar | null): Promise<Calendar | null> => (found === null ? null : texts().openCalendar(found));
  return {
    putApplication: (application) => inner.putApplication(application),
    findApplication: (id) => inner.findApplication(id),
    listApplications: () => inner.listApplications(),

    addAccount: async (added) => inner.addAccount(await texts().sealAccount(added)),
    findAccount: async (id) => account(await inner.findAccount(id)),
    findAccountByExternalId: async (externalId) => account(await inner.findAccountByExternalId(await texts().sealExternalId(externalId))),
    listAccounts: async () => openEach(await inner.listAccounts(), texts(), (opening, one) => opening.openAccount(one)),

    addConnection: async (added) => inner.addConnection(await texts().sealConnection(added)),
    findConnection: async (id) => connection(await inner.findConnection(id)),
    listConnections: async (accountId) => openEach(await inner.listConnections(accountId), texts(), (opening, one) => opening.openConnection(one)),
    setConnectionState: (id, state, errorCode, now, note) => inner.setConnectionState(id, state, errorCode, now, note),
    pauseConnection: (id, until) => inner.pauseConnection(id, until),
    updateEndpoint: async (id, endpoint) => {
      const owner = await inner.findConnection(id);
      if (owner === null) throw noConnection(id);
      await inner.updateEndpoint(id, await texts().sealEndpoint(owner, endpoint));
    },
    noteListed: (id, outcome) => inner.noteListed(id, outcome),
    setGrantedScopes: (id, scopes) => inner.setGrantedScopes(id, scopes),

    readRules: (accountId) => inner.readRules(accountId),
    applyRules: (update) => inner.applyRules(update),
    putAuthorization: (authorization, actor, at) => inner.putAuthorization(authorization, actor, at),
    findAuthorization: (id) => inner.findAuthorization(id),
    listAuthorizations: (accounts) => inner.listAuthorizations(accounts),
    endAuthorization: (id, reason, now, actor) => inner.endAuthorization(id, reason, now, actor),

    findCalendar: async (id) => calendar(await inner.findCalendar(id)),
    findSurroundings: async (id) => {
      const found = await inner.findSurroundings(id);
      if (found === null) return null;
      const opening = texts();
      const login = found.connection === null ? null : await opening.openConnection(found.connection);
      return { ...found, calendar: await opening.openCalendar(found.calendar), connection: login };
    },
    listCalendars: async (filter) => openEach(await inner.listCalendars(filter), texts(), (opening, one) => opening.openCalendar(one)),
    applyCalendarList: async (update) => inner.applyCalendarList(await sealUpdate(inner, texts(), update)),
  };
}

async function sealUpdate(inner: Directory, texts: DirectoryTexts, update: CalendarListUpdate): Promise<CalendarListUpdate> {
  if (update.added.length + update.changed.length === 0) return update;
  const owner = await inner.findConnection(update.connectionId);
  if (owner === null) throw noConnection(update.connectionId);
  return {
    ...update,
    added: await each(update.added, (one) => texts.sealRemote(owner.accountId, one)),
    changed: await each(update.changed, (one) => texts.sealRemote(owner.accountId, one)),
  };
}

/** One after the other: most of them ask for the same account's data key. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function openEach<T>(items: readonly T[], texts: DirectoryTexts, open: (texts: DirectoryTexts, item: T) => Promise<T>): Promise<T[]> {
  return each(items, (item) => open(texts, item));
}

function noConnection(id: string): KalendsError {
  return new KalendsError("not-found", `There is no connection ${id}`);
}
