import { writeCalendar } from "@kalends/ical";
import { hostActor, KalendsError } from "@kalends/model";
import type { CalendarEvent, CalendarObject, OrganizationStore, StoredObject, StoredTiming } from "@kalends/model";
import { openContent } from "../sync/seal-object.ts";
import { toEvents } from "../read/list-occurrences.ts";
import type { Runtime } from "../runtime.ts";
import type { ErasureSubject } from "./erasure-subject.ts";

/** Everything that is held of a person, readable without Kalends. */
export interface AccountExport {
  /** The records as one JSON value. Times are ISO 8601 instants. */
  data: {
    version: 1;
    madeAt: string;
    account: { id: string; externalId: string | null; displayName: string | null; timeZone: string; createdAt: string };
    connections: { id: string; provider: string; state: string; identity: string; label: string; createdAt: string }[];
    authorizations: { id: string; applicationId: string; scopes: string[]; detail: string; state: string; createdAt: string; endedAt: string | null }[];
    calendars: ExportedCalendar[];
  };
  /** One iCalendar text (RFC 5545) for each calendar. */
  files: { name: string; text: string }[];
}

export interface ExportedCalendar {
  id: string;
  name: string;
  timeZone: string | null;
  events: CalendarEvent[];
  /** Events outside every window of which only the existence is remembered. */
  remembered: number;
}

const pageSize = 500;
const iso = (at: number): string => new Date(at).toISOString();

/** Reads out what is held of an account; what is sealed is opened. The export is written down first. Throws `not-found`, `open-failed`. */
export async function exportAccount(runtime: Runtime, store: OrganizationStore, subject: ErasureSubject, actor: string = hostActor): Promise<AccountExport> {
  const { directory } = store;
  const account = "accountId" in subject ? await directory.findAccount(subject.accountId) : await directory.findAccountByExternalId(subject.externalId);
  if (account === null) throw new KalendsError("not-found", "There is no such account");
  await store.audit.append({ action: "export", actor, subject: account.id, detail: "everything that is held of the account" }, runtime.clock.now());
  const calendars: ExportedCalendar[] = [];
  const files: AccountExport["files"] = [];
  for (const calendar of await directory.listCalendars({ accountId: account.id, includeRemoved: true })) {
    const { objects, remembered } = await readObjects(runtime, store, account.id, calendar.id);
    calendars.push({ id: calendar.id, name: calendar.name, timeZone: calendar.timeZone, events: objects.flatMap(({ events }) => events), remembered });
    files.push({ name: `${calendar.id}.ics`, text: writeCalendar(objects) });
  }
  const connections = await directory.listConnections(account.id);
  const authorizations = await directory.listAuthorizations(account.id);
  const { id, externalId, displayName, timeZone, createdAt } = account;
  return {
    data: {
      version: 1,
      madeAt: iso(runtime.clock.now()),
      account: { id, externalId, displayName, timeZone, createdAt: iso(createdAt) },
      connections: connections.map((one) => ({
        id: one.id, provider: one.provider, state: one.state, identity: one.remoteIdentity, label: one.label, createdAt: iso(one.createdAt),
      })),
      authorizations: authorizations.map((one) => ({
        id: one.id, applicationId: one.applicationId, scopes: one.scopes, detail: one.detail, state: one.state, createdAt: iso(one.createdAt),
        endedAt: one.endedAt === null ? null : iso(one.endedAt),
      })),
      calendars,
    },
    files,
  };
}

async function readObjects(
  runtime: Runtime,
  store: OrganizationStore,
  accountId: string,
  calendarId: string,
): Promise<{ objects: CalendarObject[]; remembered: number }> {
  const sealer = await runtime.vault.forAccount(store.organizationId, accountId);
  const objects: CalendarObject[] = [];
  let remembered = 0;
  let after: { remoteKey: string; uid: string } | null = null;
  for (;;) {
    const page: StoredObject[] = await store.reader.objects(calendarId, null, after, pageSize);
    for (const stored of page) {
      if (stored.outside) {
        remembered += 1;
        continue;
      }
      const { zones } = JSON.parse(stored.timing) as StoredTiming;
      const events = toEvents(stored, openContent(stored, sealer, store.organizationId, calendarId));
      objects.push({ remoteKey: stored.remoteKey, revision: stored.revision, uid: stored.uid, events, ...(zones === undefined ? {} : { zones }) });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return { objects, remembered };
    after = { remoteKey: last.remoteKey, uid: last.uid };
  }
}
