import { KalendsError } from "@kalends/model";
import type { AccountId, ApplicationId, Calendar, CalendarId, OrganizationStore, Scope } from "@kalends/model";
import { viewOf, type View } from "../permissions/view.ts";

export function noAccount(accountId: AccountId): KalendsError {
  return new KalendsError("not-found", `There is no account ${accountId}`);
}

export function noCalendar(calendarId: CalendarId): KalendsError {
  return new KalendsError("not-found", `There is no calendar ${calendarId}`);
}

/** All active views of an application, by account. Throws `not-found` for an unknown application. */
export async function findViews(store: OrganizationStore, applicationId: ApplicationId): Promise<Map<AccountId, View>> {
  const application = await store.directory.findApplication(applicationId);
  if (application === null) throw new KalendsError("not-found", `There is no application ${applicationId}`);
  const mine = (await store.directory.listAuthorizations()).filter((one) => one.applicationId === applicationId);
  const views = mine.map((one) => viewOf(one, application)).filter((view) => view !== null);
  return new Map(views.map((view) => [view.accountId, view]));
}

/** Views of these accounts, in their order. An account that nobody authorized and one that does not exist are answered alike: `not-found`. */
export async function findViewsOf(store: OrganizationStore, applicationId: ApplicationId, accountIds: readonly AccountId[]): Promise<View[]> {
  const application = await store.directory.findApplication(applicationId);
  if (application === null) throw new KalendsError("not-found", `There is no application ${applicationId}`);
  const views = new Map<AccountId, View>();
  for (const authorization of await store.directory.listAuthorizations(accountIds)) {
    const view = authorization.applicationId === applicationId ? viewOf(authorization, application) : null;
    if (view !== null) views.set(view.accountId, view);
  }
  return accountIds.map((accountId) => {
    const view = views.get(accountId);
    if (view === undefined) throw noAccount(accountId);
    return view;
  });
}

/** The same of one account. */
export async function findView(store: OrganizationStore, applicationId: ApplicationId, accountId: AccountId): Promise<View> {
  const [view] = await findViewsOf(store, applicationId, [accountId]);
  return view as View;
}

/** Throws `not-authorized` where the authorization has none of the scopes. */
export function requireScope(view: View, ...scopes: readonly Scope[]): void {
  if (scopes.some((scope) => view.scopes.has(scope))) return;
  throw new KalendsError("not-authorized", `The authorization of the account ${view.accountId} has not the scope ${scopes.join(" or ")}`);
}

/** Calendars that exist for the view. */
export async function calendarsOf(store: OrganizationStore, view: View): Promise<Calendar[]> {
  return (await store.directory.listCalendars({ accountId: view.accountId })).filter(({ id }) => !view.excluded.has(id));
}
