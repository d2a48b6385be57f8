import { answerFreeBusy, freshnessOf, type FreeBusyAnswer } from "@kalends/availability";
import { KalendsError, stalePolicySchema } from "@kalends/model";
import type { AccountId, Calendar, CalendarId, OrganizationStore, StalePolicy } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { parseRange } from "./parse-range.ts";

/** When are these people, or these calendars, busy? */
export interface FreeBusyRequest {
  /** All calendars of these accounts. */
  accounts?: readonly AccountId[];
  /** These calendars besides. */
  calendars?: readonly CalendarId[];
  /** ISO 8601 instants with an offset; half-open. */
  from: string;
  to: string;
  /** What a calendar means that is not fresh: there is no default, because each choice hurts somebody. */
  whenStale: StalePolicy;
  /** A calendar counts as fresh this long after its last complete sync, in ms. Default: the engine's setting. */
  freshForMs?: number;
}

const mostCalendars = 5_000;

async function chosenCalendars(
  store: OrganizationStore,
  request: FreeBusyRequest,
): Promise<{ calendars: Calendar[]; unknownAccounts: AccountId[] }> {
  const chosen = new Map<CalendarId, Calendar>();
  const unknownAccounts: AccountId[] = [];
  for (const accountId of new Set(request.accounts ?? [])) {
    if ((await store.directory.findAccount(accountId)) === null) throw new KalendsError("not-found", `There is no account ${accountId}`);
    const calendars = await store.directory.listCalendars({ accountId });
    if (calendars.length === 0) unknownAccounts.push(accountId);
    for (const calendar of calendars) chosen.set(calendar.id, calendar);
  }
  for (const calendarId of new Set(request.calendars ?? [])) {
    const calendar = chosen.get(calendarId) ?? (await store.directory.findCalendar(calendarId));
    if (calendar === null || calendar.removedAt !== null) throw new KalendsError("not-found", `There is no calendar ${calendarId}`);
    chosen.set(calendarId, calendar);
  }
  return { calendars: [...chosen.values()], unknownAccounts };
}

/** Calendars that every authorization excludes are never synced; they are no part of anybody's availability. */
async function withoutExcluded(store: OrganizationStore, calendars: readonly Calendar[]): Promise<Calendar[]> {
  const byAccount = new Map<AccountId, ReadonlySet<CalendarId>>();
  for (const { accountId } of calendars) {
    if (byAccount.has(accountId)) continue;
    const active = (await store.directory.listAuthorizations(accountId)).filter(({ state }) => state === "active");
    const [first, ...others] = active.map(({ excludedCalendarIds }) => new Set(excludedCalendarIds));
    byAccount.set(accountId, new Set([...(first ?? [])].filter((id) => others.every((other) => other.has(id)))));
  }
  return calendars.filter((calendar) => byAccount.get(calendar.accountId)?.has(calendar.id) !== true);
}

/** Answers a free-busy question from stored spans; the provider is not asked. Throws `invalid-argument`, `not-found`, `calendar-stale`. */
export async function readFreeBusy(runtime: Runtime, store: OrganizationStore, request: FreeBusyRequest): Promise<FreeBusyAnswer> {
  const range = parseRange(request.from, request.to);
  if (!stalePolicySchema.safeParse(request.whenStale).success) {
    throw new KalendsError("invalid-argument", "`whenStale` must be one of fail, treat-as-busy, ignore");
  }
  const { calendars: chosen, unknownAccounts } = await chosenCalendars(store, request);
  if (chosen.length === 0 && unknownAccounts.length === 0) {
    throw new KalendsError("invalid-argument", "A free-busy question needs at least one account or calendar");
  }
  if (unknownAccounts.length > 0 && request.whenStale === "fail") {
    throw new KalendsError("calendar-stale", `No calendar is known of the accounts ${unknownAccounts.slice(0, 10).join(", ")}`);
  }
  const calendars = await withoutExcluded(store, chosen);
  if (calendars.length > mostCalendars) throw new KalendsError("invalid-argument", `A question may name at most ${mostCalendars} calendars`);
  const now = runtime.clock.now();
  const ids = calendars.map(({ id }) => id);
  const [spans, states] = await Promise.all([store.reader.busySpans(ids, range), store.reader.syncStates(ids, now)]);
  const limitMs = request.freshForMs ?? runtime.settings.freshForMs;
  const answer = answerFreeBusy({
    range,
    whenStale: request.whenStale,
    calendars: calendars.map(({ id, accountId }) => {
      const state = states.get(id);
      const known = state ?? { calendarId: id, lastSuccess: null, errorCode: null };
      return { calendarId: id, accountId, spans: spans.get(id) ?? [], coverage: state?.storedWindow ?? null, freshness: freshnessOf(known, now, limitMs) };
    }),
  });
  return unknownAccounts.length === 0 ? answer : { ...answer, complete: false };
}
