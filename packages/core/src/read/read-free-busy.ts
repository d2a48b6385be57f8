import { answerFreeBusy, freshnessOf, type FreeBusyAnswer } from "@kalends/availability";
import { KalendsError, stalePolicySchema } from "@kalends/model";
import type { AccountId, AvailabilityCalendar, CalendarId, OrganizationStore, StalePolicy, StoredAvailability, TimeRange } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { groupBy } from "../group-by.ts";
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

function tooMany(): KalendsError {
  return new KalendsError("invalid-argument", `A question may name at most ${mostCalendars} calendars`);
}

interface Chosen {
  calendars: AvailabilityCalendar[];
  /** Accounts of which no calendar is known. */
  unknownAccounts: AccountId[];
}

/** The calendars in the question's order: account by account, then those named besides. */
async function chooseCalendars(store: OrganizationStore, request: FreeBusyRequest, range: TimeRange): Promise<Chosen> {
  const accountIds = [...new Set(request.accounts ?? [])];
  const calendarIds = [...new Set(request.calendars ?? [])];
  if (accountIds.length + calendarIds.length > mostCalendars) throw tooMany();
  const { accounts, calendars, exclusions } = await store.reader.availability(accountIds, calendarIds, range);
  const byAccount = groupBy(calendars.values(), ({ accountId }) => accountId);
  const chosen = new Set<AvailabilityCalendar>();
  const unknownAccounts: AccountId[] = [];
  for (const accountId of accountIds) {
    if (!accounts.has(accountId)) throw new KalendsError("not-found", `There is no account ${accountId}`);
    const own = byAccount.get(accountId) ?? [];
    if (own.length === 0) unknownAccounts.push(accountId);
    for (const calendar of own) chosen.add(calendar);
  }
  for (const calendarId of calendarIds) {
    const calendar = calendars.get(calendarId);
    if (calendar === undefined) throw new KalendsError("not-found", `There is no calendar ${calendarId}`);
    chosen.add(calendar);
  }
  if (chosen.size === 0 && unknownAccounts.length === 0) {
    throw new KalendsError("invalid-argument", "A free-busy question needs at least one account or calendar");
  }
  return { calendars: withoutExcluded([...chosen], exclusions), unknownAccounts };
}

/** Calendars that every authorization excludes are never synced; they are no part of anybody's availability. */
function withoutExcluded(calendars: readonly AvailabilityCalendar[], exclusions: StoredAvailability["exclusions"]): AvailabilityCalendar[] {
  const byAccount = groupBy(exclusions, ({ accountId }) => accountId);
  return calendars.filter(({ accountId, calendarId }) => {
    const active = byAccount.get(accountId) ?? [];
    return active.length === 0 || !active.every(({ calendarIds }) => calendarIds.includes(calendarId));
  });
}

/** Answers a free-busy question from stored spans; the provider is not asked. Throws `invalid-argument`, `not-found`, `calendar-stale`. */
export async function readFreeBusy(runtime: Runtime, store: OrganizationStore, request: FreeBusyRequest): Promise<FreeBusyAnswer> {
  const range = parseRange(request.from, request.to);
  if (!stalePolicySchema.safeParse(request.whenStale).success) {
    throw new KalendsError("invalid-argument", "`whenStale` must be one of fail, treat-as-busy, ignore");
  }
  const { calendars, unknownAccounts } = await chooseCalendars(store, request, range);
  if (unknownAccounts.length > 0 && request.whenStale === "fail") {
    throw new KalendsError("calendar-stale", `No calendar is known of the accounts ${unknownAccounts.slice(0, 10).join(", ")}`);
  }
  if (calendars.length > mostCalendars) throw tooMany();
  const now = runtime.clock.now();
  const limitMs = request.freshForMs ?? runtime.settings.freshForMs;
  const answer = answerFreeBusy({
    range,
    whenStale: request.whenStale,
    calendars: calendars.map((calendar) => {
      const { calendarId, accountId, spans, storedWindow } = calendar;
      return { calendarId, accountId, spans, coverage: storedWindow, freshness: freshnessOf(calendar, now, limitMs) };
    }),
  });
  return unknownAccounts.length === 0 ? answer : { ...answer, complete: false };
}
