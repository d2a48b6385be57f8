import { answerFreeBusy, freshnessOf } from "@kalends/availability";
import { KalendsError, stalePolicySchema } from "@kalends/model";
import type { AccountId, ApplicationId, AvailabilityCalendar, BusyPeriod, CalendarId, OrganizationStore, StalePolicy, TimeRange } from "@kalends/model";
import { ownWindow, type View } from "../permissions/view.ts";
import { groupBy } from "../group-by.ts";
import { parseRange } from "../read/parse-range.ts";
import type { Runtime } from "../runtime.ts";
import { findViewsOf, noCalendar, requireScope } from "./find-view.ts";

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

/** The calendars chosen, as the views may know them: spans and coverage end at the application's own window. One question for all of them. */
async function busyCalendars(runtime: Runtime, store: OrganizationStore, views: readonly View[], range: TimeRange, request: ApplicationBusyRequest) {
  const now = runtime.clock.now();
  const [first] = views;
  // All views are of one application, and the window is the application's.
  const window = first === undefined ? range : ownWindow(first, now);
  const inside = meet(range, window);
  const stored = await store.reader.availability(views.map(({ accountId }) => accountId), [], inside ?? range);
  const byAccount = new Map(views.map((view) => [view.accountId, view]));
  const named = request.calendars === undefined ? null : new Set(request.calendars);
  const limitMs = request.freshForMs ?? runtime.settings.freshForMs;
  const visible = ({ accountId, calendarId }: AvailabilityCalendar): boolean =>
    byAccount.get(accountId)?.excluded.has(calendarId) === false && (named === null || named.has(calendarId));
  return [...stored.calendars.values()].filter(visible).map(({ calendarId, accountId, lastSuccess, storedWindow, spans }) => {
    const cut = inside === null ? [] : spans.map(({ kind, from, to }) => ({ kind, from: Math.max(from, window.from), to: Math.min(to, window.to) }));
    const freshness = freshnessOf({ calendarId, lastSuccess, errorCode: null }, now, limitMs);
    return { calendarId, accountId, spans: cut, coverage: meet(storedWindow, window), freshness };
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
  const views = await findViewsOf(store, applicationId, accountIds);
  for (const view of views) {
    requireScope(view, "read_free_busy", "read_events");
    if (request.calendars !== undefined) requireScope(view, "list_calendars");
  }
  const all = await busyCalendars(runtime, store, views, range, request);
  const found = new Set(all.map(({ calendarId }) => calendarId));
  for (const id of request.calendars ?? []) if (!found.has(id)) throw noCalendar(id);
  // Which calendar is not fresh is not for everybody to know, so the failure is told here and not by the answer.
  const answer = answerFreeBusy({ range, calendars: all, whenStale: request.whenStale === "fail" ? "ignore" : request.whenStale });
  const lines = new Map(answer.accounts.map((line) => [line.accountId, line]));
  const calendarLines = groupBy(answer.calendars, ({ accountId }) => accountId);
  const accounts = views.map((view): ApplicationBusyAccount => {
    const { accountId } = view;
    const line = lines.get(accountId);
    const calendars = (calendarLines.get(accountId) ?? []).map(({ calendarId, periods, complete }) => ({ calendarId, periods, complete }));
    // An account without a calendar has no line.
    const complete = line?.complete === true;
    return { accountId, periods: line?.periods ?? [], complete, ...(view.scopes.has("list_calendars") ? { calendars } : {}) };
  });
  const vague = accounts.filter(({ complete }) => !complete).map(({ accountId }) => accountId);
  if (request.whenStale === "fail" && vague.length > 0) {
    throw new KalendsError("calendar-stale", `Not known well enough for a free-busy answer: ${vague.slice(0, 10).join(", ")}`);
  }
  return { from: answer.from, to: answer.to, accounts, merged: answer.merged, complete: vague.length === 0 };
}
