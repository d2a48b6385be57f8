import type { CalendarEvent, CalendarObject, EventContent } from "@kalends/model";
import { contentForm, eventForm, partForm } from "./canonical-forms.ts";

/** Zones are rare, and what they hold is the provider's: written key by key as they come. */
function writeZone(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(writeZone).join(",")}]`;
  const record = value as Record<string, unknown>;
  const members = Object.keys(record).sort().filter((key) => record[key] !== undefined);
  return `{${members.map((key) => `${JSON.stringify(key)}:${writeZone(record[key])}`).join(",")}}`;
}

function writeZones(zones: CalendarObject["zones"]): string {
  return zones === undefined || zones.length === 0 ? "" : `,"zones":[${zones.map(writeZone).sort().join(",")}]`;
}

type FormOf = (event: CalendarEvent) => object;

/** The events in the order of their texts. */
function writeEvents(events: readonly CalendarEvent[], form: FormOf): string {
  if (events.length === 1) return JSON.stringify(form(events[0] as CalendarEvent));
  return events.map((event) => JSON.stringify(form(event))).sort().join(",");
}

function writeWhole(object: CalendarObject, form: FormOf): string {
  return `{"events":[${writeEvents(object.events, form)}],"uid":${JSON.stringify(object.uid)}${writeZones(object.zones)}}`;
}

const whole: FormOf = (event) => eventForm(event, event.content === undefined ? undefined : contentForm(event.content, true), event.sequence);
const timesOnly: FormOf = (event) => eventForm(event, undefined, undefined);
const titleOnly: FormOf = ({ content, recurrenceId }) => partForm(content?.title === undefined ? undefined : { title: content.title }, recurrenceId);
const othersOnly: FormOf = ({ content, recurrenceId }) => partForm(content === undefined ? undefined : contentForm(content, false), recurrenceId);
const descriptionOnly: FormOf = ({ content, recurrenceId }) =>
  partForm(content?.description === undefined ? undefined : { description: content.description }, recurrenceId);

/**
 * Deterministic text of everything that matters of an object: UID, timing and content of its events, custom zones. The same for any order
 * of keys, events, attendees, categories, EXDATEs and RDATEs. Remote key, revision, warnings and dates of creation and change do not count.
 */
export function canonicalObject(object: CalendarObject): string {
  return writeWhole(object, whole);
}

/** The canonical text of an object in four parts, each for somebody who sees no more than that; `null` where there is nothing of the kind. */
export interface CanonicalParts {
  /** Everything but content and SEQUENCE, the number of edits. */
  times: string;
  titles: string | null;
  /** Content beside titles and descriptions. */
  others: string | null;
  descriptions: string | null;
}

const hasTitle = ({ title }: EventContent): boolean => title !== undefined;
const hasDescription = ({ description }: EventContent): boolean => description !== undefined;

/** What `canonicalObject` writes of the object reduced to each part; of the parts of the content without the object's UID. */
export function canonicalParts(object: CalendarObject): CanonicalParts {
  const { events } = object;
  const part = (has: (content: EventContent) => boolean, form: FormOf): string | null =>
    events.some(({ content }) => content !== undefined && has(content)) ? `{"events":[${writeEvents(events, form)}],"uid":""}` : null;
  return {
    times: writeWhole(object, timesOnly),
    titles: part(hasTitle, titleOnly),
    others: part(hasOther, othersOnly),
    descriptions: part(hasDescription, descriptionOnly),
  };
}

function hasOther({ attendees, categories, color, conferenceUrl, location, organizer, position, url }: EventContent): boolean {
  return (attendees ?? categories ?? color ?? conferenceUrl ?? location ?? organizer ?? position ?? url) !== undefined;
}
