import { answerFreeBusy, freshnessOf } from "@kalends/availability";
import { KalendsError, stalePolicySchema } from "@kalends/model";
import type { AccountId, ApplicationId, BusyPeriod, CalendarId, OrganizationStore, StalePolicy, TimeRange } from "@kalends/model";
import { ownWindow, type View } from "../permissions/view.ts";
import { parseRange } from "../read/parse-range.ts";
import type { Runtime } from "../runtime.ts";
import { calendarsOf, findView, noCalendar, requireScope } from "./find-view.ts";

/** When are these people busy, as far as the application may know? */
export interface ApplicationBusyRequest {
  accounts: readonly AccountId[];
  /** Only these calendars of theirs; needs the scope `list_calendars`. */
  calendars?: readonly CalendarId[];
  /** ISO 8601 instants with an offset; half-open. What lies outside the application's query window is not known to it. */
  from: string;
  to: string;
  whenStale: StalePolicy;
  /** A calendar counts as fresh this long after its last complete sync, in ms. Default: the engine's setting. */
  freshForMs?: number;
}

export interface ApplicationBusyAccount {
  accountId: AccountId;
  periods: BusyPeriod[];
  /** Everything asked for is known well enough. */
  complete: boolean;
  /** The same for each calendar; only with the scope `list_calendars`. */
  calendars?: { calendarId: CalendarId; periods: BusyPeriod[]; complete: boolean }[];
}

export interface ApplicationBusyAnswer {
  from: string;
  to: string;
  accounts: ApplicationBusyAccount[];
  /** When anybody is busy. */
  merged: BusyPeriod[];
  complete: boolean;
}

const mostAccounts = 1_000;

function meet(one: TimeRange | null | undefined, other: TimeRange): TimeRange | null {
  if (one === null || one === undefined) return null;
  const range = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
  return range.from < range.to ? range : null;
}

/** The account's calendars as its view may know them: spans and coverage end at the application's own window. */
async function busyCalendars(runtime: Runtime, store: OrganizationStore, view: View, range: TimeRange, request: ApplicationBusyRequest) {
  const now = runtime.clock.now();
  const window = ownWindow(view, now);
  const calendars = await calendarsOf(store, view);
  const chosen = request.calendars === undefined ? calendars : calendars.filter(({ id }) => request.calendars?.includes(id) === true);
  const ids = chosen.map(({ id }) => id);
  const inside = meet(range, window);
  const [spans, states] = await Promise.all([
    inside === null ? new Map<CalendarId, []>() : store.reader.busySpans(ids, inside),
    store.reader.syncStates(ids, now),
  ]);
  return ids.map((calendarId) => {
    const state = states.get(calendarId);
    const known = { calendarId, lastSuccess: state?.lastSuccess ?? null, errorCode: null };
    const cut = (spans.get(calendarId) ?? []).map(({ kind, from, to }) => ({ kind, from: Math.max(from, window.from), to: Math.min(to, window.to) }));
    const freshness = freshnessOf(known, now, request.freshForMs ?? runtime.settings.freshForMs);
    return { calendarId, accountId: view.accountId, spans: cut, coverage: meet(state?.storedWindow, window), freshness };
  });
}

/**
 * Busy times from stored spans, and nothing else: no number of events, no time of a sync, no calendar unless calendars may be listed.
 * Throws `invalid-argument`, `not-found`, `not-authorized`, `calendar-stale`.
 */
export async function readBusy(
  runtime: Runtime,
  store: OrganizationStore,
  applicationId: ApplicationId,
  request: ApplicationBusyRequest,
): Promise<ApplicationBusyAnswer> {
  const range = parseRange(request.from, request.to);
  if (!stalePolicySchema.safeParse(request.whenStale).success) {
    throw new KalendsError("invalid-argument", "`whenStale` must be one of fail, treat-as-busy, ignore");
  }
  const accountIds = [...new Set(request.accounts)];
  if (accountIds.length === 0 || accountIds.length > mostAccounts) {
    throw new KalendsError("invalid-argument", `A free-busy question names 1 to ${mostAccounts} accounts`);
  }
  const views = await Promise.all(accountIds.map((id) => findView(store, applicationId, id)));
  for (const view of views) {
    requireScope(view, "read_free_busy", "read_events");
    if (request.calendars !== undefined) requireScope(view, "list_calendars");
  }
  const known = await Promise.all(views.map((view) => busyCalendars(runtime, store, view, range, request)));
  const all = known.flat();
  for (const id of request.calendars ?? []) if (!all.some(({ calendarId }) => calendarId === id)) throw noCalendar(id);
  // Which calendar is not fresh is not for everybody to know, so the failure is told here and not by the answer.
  const answer = answerFreeBusy({ range, calendars: all, whenStale: request.whenStale === "fail" ? "ignore" : request.whenStale });
  const accounts = views.map((view, index): ApplicationBusyAccount => {
    const { accountId } = view;
    const line = answer.accounts.find((one) => one.accountId === accountId);
    const calendars = answer.calendars
      .filter((one) => one.accountId === accountId)
      .map(({ calendarId, periods, complete }) => ({ calendarId, periods, complete }));
    const complete = known[index]?.length !== 0 && line?.complete === true;
    return { accountId, periods: line?.periods ?? [], complete, ...(view.scopes.has("list_calendars") ? { calendars } : {}) };
  });
  const vague = accounts.filter(({ complete }) => !complete).map(({ accountId }) => accountId);
  if (request.whenStale === "fail" && vague.length > 0) {
    throw new KalendsError("calendar-stale", `Not known well enough for a free-busy answer: ${vague.slice(0, 10).join(", ")}`);
  }
  return { from: answer.from, to: answer.to, accounts, merged: answer.merged, complete: vague.length === 0 };
}
