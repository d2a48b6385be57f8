import type { CalendarStore } from "../calendars/calendar-store.ts";
import { badParameter } from "../google-refused.ts";
import type { Query } from "../query.ts";
import type { EventResource } from "../wire.ts";
import { instantOf } from "./event-time.ts";
import { expandSeries } from "./expand-series.ts";
import { instanceEvent } from "./find-event.ts";

/** How far a series without end is spread out into instances. */
export const horizonMs: number = 2 * 366 * 86_400_000;

const eventTypes = ["birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"];

/** What a first request of a listing asks for. */
export interface EventSelection {
  from: number;
  to: number;
  singleEvents: boolean;
  showDeleted: boolean;
  updatedMin: number | null;
  eventTypes: ReadonlySet<string> | null;
  iCalUID: string | null;
  words: string[];
  privateProperties: string[];
  sharedProperties: string[];
  orderBy: string | null;
}

/** Reads the parameters of events.list. Refuses with 400. */
export function readSelection(query: Query): EventSelection {
  const from = query.instant("timeMin") ?? Number.NEGATIVE_INFINITY;
  const to = query.instant("timeMax") ?? Number.POSITIVE_INFINITY;
  if (from >= to) throw badParameter("timeMax", "The specified time range is empty.", "timeRangeEmpty");
  const types = query.all("eventTypes");
  for (const type of types) if (!eventTypes.includes(type)) throw badParameter("eventTypes", "Invalid value for eventTypes.", "invalidParameter");
  const singleEvents = query.flag("singleEvents") ?? false;
  const orderBy = query.oneOf("orderBy", ["startTime", "updated"]);
  if (orderBy === "startTime" && !singleEvents) throw badParameter("orderBy", "The requested ordering is not available for the particular query.");
  return {
    from,
    to,
    singleEvents,
    showDeleted: query.flag("showDeleted") ?? false,
    updatedMin: query.instant("updatedMin"),
    eventTypes: types.length > 0 ? new Set(types) : null,
    iCalUID: query.text("iCalUID"),
    words: (query.text("q") ?? "").toLowerCase().split(/\s+/).filter((word) => word !== ""),
    privateProperties: query.all("privateExtendedProperty"),
    sharedProperties: query.all("sharedExtendedProperty"),
    orderBy,
  };
}

/** The events that a selection finds, instances among them, in a stable order. `horizon` ends series without end. */
export function selectEvents(calendar: CalendarStore, selection: EventSelection, horizon: number): EventResource[] {
  const found: EventResource[] = [];
  for (const event of calendar.all()) {
    if (selection.singleEvents && event.recurrence) {
      if (event.status !== "cancelled") found.push(...instancesOf(calendar, event, selection, horizon).filter((item) => matches(item, selection)));
    } else if (isListed(event, selection) && matches(event, selection) && isInRange(calendar, event, selection)) found.push(event);
  }
  if (selection.orderBy === "startTime") return sorted(found, (event) => startOf(calendar, event));
  if (selection.orderBy === "updated") return sorted(found, (event) => Date.parse(event.updated));
  return found;
}

/** Instances that the rule yields and that nothing overrides. */
export function instancesOf(calendar: CalendarStore, master: EventResource, range: { from: number; to: number }, horizon: number): EventResource[] {
  const overridden = new Set(calendar.exceptionsOf(master.id).map((event) => event.id));
  const bounds = { from: Math.max(range.from, -62_135_596_800_000), to: Math.min(range.to, horizon) };
  if (bounds.from >= bounds.to) return [];
  return expandSeries(master, bounds, calendar.details.timeZone)
    .filter((instance) => !overridden.has(instance.id))
    .map((instance) => instanceEvent(master, instance));
}

function isListed(event: EventResource, selection: EventSelection): boolean {
  if (event.status !== "cancelled" || selection.showDeleted) return true;
  if (selection.updatedMin !== null && Date.parse(event.updated) >= selection.updatedMin) return true;
  // A skipped instance of a series that goes on is part of the series' truth.
  return !selection.singleEvents && event.recurringEventId !== undefined;
}

function matches(event: EventResource, selection: EventSelection): boolean {
  if (selection.updatedMin !== null && Date.parse(event.updated) < selection.updatedMin) return false;
  if (selection.eventTypes && !selection.eventTypes.has(event.eventType)) return false;
  if (selection.iCalUID !== null && event.iCalUID !== selection.iCalUID) return false;
  const { private: own = {}, shared = {} } = event.extendedProperties ?? {};
  if (!selection.privateProperties.every((pair) => hasPair(own, pair))) return false;
  if (!selection.sharedProperties.every((pair) => hasPair(shared, pair))) return false;
  const people = [event.organizer, ...(event.attendees ?? [])].flatMap((person) => [person?.email, person?.displayName]);
  const text = [event.summary, event["description"], event["location"], ...people].join("\n").toLowerCase();
  return selection.words.every((word) => text.includes(word));
}

function hasPair(properties: Record<string, string>, pair: string): boolean {
  const cut = pair.indexOf("=");
  return cut > 0 && properties[pair.slice(0, cut)] === pair.slice(cut + 1);
}

function isInRange(calendar: CalendarStore, event: EventResource, { from, to }: EventSelection): boolean {
  if (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) return true;
  const zone = calendar.details.timeZone;
  if (event.recurrence) {
    // Without an upper bound, a series counts if anything of it is left within a century.
    const bounds = { from: Math.max(from, -62_135_596_800_000), to: Math.min(to, Math.max(from, 0) + 3_200_000_000_000) };
    return expandSeries(event, bounds, zone, 1).length > 0;
  }
  const start = event.start ?? event.originalStartTime;
  const end = event.end ?? start;
  if (!start || !end) return true;
  return instantOf(end, zone) > from && instantOf(start, zone) < to;
}

function startOf(calendar: CalendarStore, event: EventResource): number {
  const start = event.start ?? event.originalStartTime;
  return start ? instantOf(start, calendar.details.timeZone) : 0;
}

function sorted(events: EventResource[], by: (event: EventResource) => number): EventResource[] {
  return events
    .map((event) => [by(event), event] as const)
    .sort((left, right) => left[0] - right[0])
    .map(([, event]) => event);
}
