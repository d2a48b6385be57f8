import { KalendsError } from "@kalends/model";
import type { AccountSealer, Calendar, CalendarProvider, Connection, OrganizationStore, ProviderAccess } from "@kalends/model";
import { requireUnpaused } from "../connect/connection-pause.ts";
import { openAccess } from "../credentials/open-access.ts";
import type { AccountNeeds } from "../permissions/account-needs.ts";
import { featuresOf, requireGranted } from "../permissions/provider-scopes.ts";
import { accessOf, readAccess } from "../permissions/read-access.ts";
import type { View } from "../permissions/view.ts";
import type { Runtime } from "../runtime.ts";

/** Everything that one sync of one calendar works with. */
export interface CalendarContext {
  runtime: Runtime;
  store: OrganizationStore;
  calendar: Calendar;
  connection: Connection;
  provider: CalendarProvider;
  access: ProviderAccess;
  /** Generation of the credential in `access`. */
  generation: number;
  needs: AccountNeeds;
  /** Views of the applications that are told of changes in feeds of their own. */
  views: readonly View[];
  sealer: AccountSealer;
  /** IANA zone in which all-day and floating times of this calendar are read. */
  floatingZone: string;
}

export function findProvider(runtime: Runtime, connection: Pick<Connection, "provider">): CalendarProvider {
  const provider = runtime.providers.get(connection.provider);
  if (provider !== undefined) return provider;
  throw new KalendsError("provider-unknown", `No provider with the name ${connection.provider} was passed in`);
}

/** What the account's active authorizations need at `now`; `null` where nobody is authorized. */
export async function readNeeds(store: OrganizationStore, accountId: string, now: number): Promise<AccountNeeds | null> {
  return (await readAccess(store, accountId, now)).needs;
}

/** Throws `not-found`, `calendar-gone`, `connection-stopped`, `provider-unknown`, `open-failed`, `permission-denied`, `scope-missing`. */
export async function calendarContext(runtime: Runtime, store: OrganizationStore, calendarId: string): Promise<CalendarContext> {
  const unit = runtime.unit(store.organizationId);
  const found = await unit.store.directory.findSurroundings(calendarId);
  if (found === null) throw new KalendsError("not-found", `There is no calendar ${calendarId}`);
  const { calendar, connection, accountTimeZone, authorizations, applications } = found;
  if (calendar.removedAt !== null) throw new KalendsError("calendar-gone", `The calendar ${calendarId} is gone at the provider`);
  if (connection === null || accountTimeZone === null) throw new KalendsError("not-found", `The calendar ${calendarId} has no connection`);
  requireUnpaused(connection, runtime.clock.now());
  const { needs, views } = accessOf(authorizations, applications, runtime.clock.now());
  if (needs === null || needs.excluded.has(calendarId)) {
    throw new KalendsError("permission-denied", `No application is authorized to read the calendar ${calendarId}`);
  }
  requireGranted(connection, featuresOf(needs));
  return {
    runtime,
    store,
    calendar,
    connection,
    provider: findProvider(runtime, connection),
    ...(await openAccess(runtime, store, connection, unit.vault)),
    needs,
    views,
    sealer: await unit.vault.forAccount(store.organizationId, calendar.accountId),
    floatingZone: calendar.timeZone ?? accountTimeZone,
  };
}
