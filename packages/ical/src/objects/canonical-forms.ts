import type { AdditionalTime, CalendarEvent, EventAttendee, EventContent, EventDuration, EventPerson, EventTime } from "@kalends/model";

/**
 * A record as it stands in a canonical text: its keys in order, absent values `undefined`, which JSON leaves out. Every key of the type has to be
 * named, so that a new one cannot be forgotten.
 */
export type Form<T> = { [K in keyof Required<T>]: unknown };

/** A list whose order means nothing: its members by their JSON. An empty list says as much as none. */
function unordered<T>(values: readonly T[] | undefined, form: (value: T) => unknown): unknown[] | undefined {
  if (values === undefined || values.length === 0) return undefined;
  if (values.length === 1) return [form(values[0] as T)];
  const members = values.map((value) => {
    const member = form(value);
    return { member, text: JSON.stringify(member) };
  });
  members.sort((one, other) => (one.text < other.text ? -1 : one.text > other.text ? 1 : 0));
  return members.map(({ member }) => member);
}

const itself = (value: string): string => value;

type AllTimes = { kind: string; tzid?: string; value: string; zone?: string | null };

function timeForm(time: EventTime): Form<AllTimes> {
  const { kind, tzid, value, zone } = time as AllTimes;
  return { kind, tzid, value, zone };
}

const timeIfAny = (time: EventTime | undefined): unknown => (time === undefined ? undefined : timeForm(time));

function durationIfAny(duration: EventDuration | undefined): Form<EventDuration> | undefined {
  return duration === undefined ? undefined : { days: duration.days, seconds: duration.seconds };
}

function additionalForm({ duration, end, start }: AdditionalTime): Form<AdditionalTime> {
  return { duration: durationIfAny(duration), end: timeIfAny(end), start: timeForm(start) };
}

function personIfAny(person: EventPerson | undefined): Form<EventPerson> | undefined {
  return person === undefined ? undefined : { address: person.address, name: person.name };
}

function attendeeForm({ address, kind, name, participation, role, rsvp }: EventAttendee): Form<EventAttendee> {
  return { address, kind, name, participation, role, rsvp };
}

function positionIfAny(position: EventContent["position"]): unknown {
  return position === undefined ? undefined : { latitude: position.latitude, longitude: position.longitude };
}

/** A content, with or without its title and description; `undefined` where it says nothing. */
export function contentForm(content: EventContent, texts: boolean): unknown {
  const { attendees, categories, color, conferenceUrl, description, location, organizer, position, title, url } = content;
  const form: Form<EventContent> = {
    attendees: unordered(attendees, attendeeForm),
    categories: unordered(categories, itself),
    color,
    conferenceUrl,
    description: texts ? description : undefined,
    location,
    organizer: personIfAny(organizer),
    position: positionIfAny(position),
    title: texts ? title : undefined,
    url,
  };
  return ifAny(form);
}

function ifAny<T extends object>(form: T): T | undefined {
  for (const key in form) if (form[key] !== undefined) return form;
  return undefined;
}

/** An event without its UID and its dates of creation and change. `content` is already a form. */
export function eventForm(event: CalendarEvent, content: unknown, sequence: number | undefined): Omit<Form<CalendarEvent>, "uid" | "created" | "lastModified"> {
  return {
    additionalTimes: unordered(event.additionalTimes, additionalForm),
    content,
    duration: durationIfAny(event.duration),
    end: timeIfAny(event.end),
    excludedTimes: unordered(event.excludedTimes, timeForm),
    exclusionRules: unordered(event.exclusionRules, itself),
    participation: event.participation,
    recurrenceId: timeIfAny(event.recurrenceId),
    rules: unordered(event.rules, itself),
    sequence,
    showAs: event.showAs,
    start: timeForm(event.start),
    status: event.status,
    thisAndFuture: event.thisAndFuture,
    transparent: event.transparent,
    visibility: event.visibility,
  };
}

/** A part of an event's content beside what tells the event from its siblings. */
export function partForm(content: unknown, recurrenceId: EventTime | undefined): object {
  return recurrenceId === undefined ? { content } : { content, recurrenceId: timeForm(recurrenceId) };
}
