import { busyKindOf, flattenSpans } from "@kalends/availability";
import { assertZone, expandObjects } from "@kalends/ical";
import type { AccountId, ApplicationId, BusyPeriod, BusySpan, Calendar, CalendarEvent, CalendarId } from "@kalends/model";
import type { Occurrence, OrganizationStore, StoredObject, StoredTiming, TimeRange } from "@kalends/model";
import { ownWindow, reachOf, showsPrivate, type View } from "../permissions/view.ts";
import { toEvents } from "../read/list-occurrences.ts";
import { parseRange } from "../read/parse-range.ts";
import type { Runtime } from "../runtime.ts";
import { openContent } from "../sync/seal-object.ts";
import { calendarsOf, findView, noCalendar, requireScope } from "./find-view.ts";

export interface ApplicationEventsRequest {
  accountId: AccountId;
  /** Only these calendars. Default: all that exist for the application. */
  calendars?: readonly CalendarId[];
  /** ISO 8601 instants with an offset; half-open. Cut to the application's query window. */
  from: string;
  to: string;
  /** IANA zone in which all-day and floating times are read. Default: the calendar's, else the account's. */
  zone?: string;
}

/** What one calendar holds, as far as the application may see it. */
export interface ApplicationEvents {
  calendarId: CalendarId;
  /** In order of start, with as much content as the detail level reaches. */
  occurrences: Occurrence[];
  /** When events are that the authorization does not show: all of them at the detail level `busy`, else private ones. Merged. */
  hidden: BusyPeriod[];
  /** A limit ended the expansion; the list is incomplete. */
  capped: boolean;
}

const pageSize = 500;
const zoneSlackMs = 36 * 3_600_000;

interface Part {
  uid: string;
  events: CalendarEvent[];
  zones?: StoredTiming["zones"] & object;
}

const toPeriods = (spans: readonly BusySpan[], range: TimeRange): BusyPeriod[] =>
  flattenSpans(spans, range).map(({ kind, from, to }) => ({ kind, from: new Date(from).toISOString(), to: new Date(to).toISOString() }));

/** Events of an account's calendars. Throws `invalid-argument`, `zone-unknown`, `not-found`, `not-authorized`, `open-failed`. */
export async function readEvents(
  runtime: Runtime,
  store: OrganizationStore,
  applicationId: ApplicationId,
  request: ApplicationEventsRequest,
): Promise<ApplicationEvents[]> {
  const asked = parseRange(request.from, request.to);
  if (request.zone !== undefined) assertZone(request.zone);
  const view = await findView(store, applicationId, request.accountId);
  requireScope(view, "read_events");
  const calendars = await calendarsOf(store, view);
  for (const id of request.calendars ?? []) if (!calendars.some((calendar) => calendar.id === id)) throw noCalendar(id);
  const chosen = request.calendars === undefined ? calendars : calendars.filter(({ id }) => request.calendars?.includes(id) === true);
  const window = ownWindow(view, runtime.clock.now());
  const range = { from: Math.max(asked.from, window.from), to: Math.min(asked.to, window.to) };
  if (range.from >= range.to) return chosen.map(({ id }) => ({ calendarId: id, occurrences: [], hidden: [], capped: false }));
  if (view.level === "busy") {
    const spans = await store.reader.busySpans(chosen.map(({ id }) => id), range);
    return chosen.map(({ id }) => ({ calendarId: id, occurrences: [], hidden: toPeriods(spans.get(id) ?? [], range), capped: false }));
  }
  if (showsPrivate(view)) await noteRaised(runtime, store, view, chosen.length);
  const account = await store.directory.findAccount(view.accountId);
  const zoneOf = (calendar: Calendar): string => request.zone ?? calendar.timeZone ?? account?.timeZone ?? "UTC";
  return Promise.all(chosen.map((calendar) => readCalendar(runtime, store, { view, calendar, range, floatingZone: zoneOf(calendar) })));
}

/** Who reads what others are not shown is written down. */
async function noteRaised(runtime: Runtime, store: OrganizationStore, view: View, calendars: number): Promise<void> {
  const detail = `private events may be among those of ${calendars} calendars`;
  await store.audit.append({ action: "read-raised", actor: view.applicationId, subject: view.accountId, detail }, runtime.clock.now());
}

async function readCalendar(
  runtime: Runtime,
  store: OrganizationStore,
  question: { view: View; calendar: Calendar; range: TimeRange; floatingZone: string },
): Promise<ApplicationEvents> {
  const { view, calendar, range, floatingZone } = question;
  const { parts, hiddenEvents } = await readParts(runtime, store, view, calendar, range);
  const { occurrences, capped } = expandObjects(parts, range, { floatingZone });
  const hidden: BusySpan[] = [];
  const shown: Occurrence[] = [];
  for (const occurrence of occurrences) {
    if (!hiddenEvents.has(occurrence.event)) {
      shown.push(occurrence);
      continue;
    }
    const kind = busyKindOf(occurrence.event);
    if (kind !== null && occurrence.from < occurrence.to) hidden.push({ kind, from: occurrence.from, to: occurrence.to });
  }
  return { calendarId: calendar.id, occurrences: shown, hidden: toPeriods(hidden, range), capped: capped !== undefined };
}

/** All events are needed for expansion, for a private override hides one occurrence of a public series. Its texts are not even selected. */
async function readParts(
  runtime: Runtime,
  store: OrganizationStore,
  view: View,
  calendar: Calendar,
  range: TimeRange,
): Promise<{ parts: Part[]; hiddenEvents: Set<CalendarEvent> }> {
  const reach = reachOf(view);
  const sealer = await runtime.vault.forAccount(store.organizationId, calendar.accountId);
  const stretch = { from: range.from - zoneSlackMs, to: range.to + zoneSlackMs };
  const parts: Part[] = [];
  const hiddenEvents = new Set<CalendarEvent>();
  let after: { remoteKey: string; uid: string } | null = null;
  for (;;) {
    const page: StoredObject[] = await store.reader.objects(calendar.id, stretch, after, pageSize, reach);
    for (const stored of page) {
      if (stored.outside) continue;
      const { zones } = JSON.parse(stored.timing) as StoredTiming;
      const events = toEvents(stored, openContent(stored, sealer, store.organizationId, calendar.id));
      if (stored.private && !reach.privateEvents) for (const event of events) hiddenEvents.add(event);
      parts.push({ uid: stored.uid, events, ...(zones === undefined ? {} : { zones }) });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return { parts, hiddenEvents };
    after = { remoteKey: last.remoteKey, uid: last.uid };
  }
}
