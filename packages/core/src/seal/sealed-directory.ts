import { KalendsError } from "@kalends/model";
import type { Account, Calendar, CalendarListUpdate, Connection, Directory, OrganizationId, Vault } from "@kalends/model";
import { DirectoryTexts } from "./directory-texts.ts";

/**
 * The directory as the engine sees it: names, labels, identities and endpoints of people are plain here and sealed in the store below.
 * Every call of the port is named, so that a new one has to decide what it does with them.
 */
export function sealedDirectory(inner: Directory, vault: Vault, organizationId: OrganizationId): Directory {
  const texts = new DirectoryTexts(vault, organizationId);
  const account = async (found: Account | null): Promise<Account | null> => (found === null ? null : texts.openAccount(found));
  const connection = async (found: Connection | null): Promise<Connection | null> => (found === null ? null : texts.openConnection(found));
  const calendar = async (found: Calendar | null): Promise<Calendar | null> => (found === null ? null : texts.openCalendar(found));
  return {
    putApplication: (application) => inner.putApplication(application),
    findApplication: (id) => inner.findApplication(id),
    listApplications: () => inner.listApplications(),

    addAccount: async (added) => inner.addAccount(await texts.sealAccount(added)),
    findAccount: async (id) => account(await inner.findAccount(id)),
    findAccountByExternalId: async (externalId) => account(await inner.findAccountByExternalId(await texts.sealExternalId(externalId))),
    listAccounts: async () => each(await inner.listAccounts(), (one) => texts.openAccount(one)),

    addConnection: async (added) => inner.addConnection(await texts.sealConnection(added)),
    findConnection: async (id) => connection(await inner.findConnection(id)),
    listConnections: async (accountId) => each(await inner.listConnections(accountId), (one) => texts.openConnection(one)),
    setConnectionState: (id, state, errorCode, now, note) => inner.setConnectionState(id, state, errorCode, now, note),
    pauseConnection: (id, until) => inner.pauseConnection(id, until),
    updateEndpoint: async (id, endpoint) => {
      const owner = await inner.findConnection(id);
      if (owner === null) throw noConnection(id);
      await inner.updateEndpoint(id, await texts.sealEndpoint(owner, endpoint));
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
    listCalendars: async (filter) => each(await inner.listCalendars(filter), (one) => texts.openCalendar(one)),
    applyCalendarList: async (update) => inner.applyCalendarList(await sealUpdate(inner, texts, update)),
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

function noConnection(id: string): KalendsError {
  return new KalendsError("not-found", `There is no connection ${id}`);
}
