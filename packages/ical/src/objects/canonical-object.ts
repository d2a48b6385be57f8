import type { AdditionalTime, CalendarEvent, CalendarObject, EventAttendee, EventContent, EventDuration, EventPerson, EventTime } from "@kalends/model";

/** Writes one value; `undefined` leaves the key out. */
type Write<T> = (value: T) => string | undefined;

/** One key of a record with what is written for it. */
interface Member<T> {
  key: keyof T;
  /** `"key":` */
  quoted: string;
  write: Write<never>;
}

/** The members of a record in the order of their keys. Every key of the type has to be named, so that a new one cannot be forgotten. */
function membersOf<T>(writers: { [K in keyof Required<T>]: Write<NonNullable<T[K]>> }): readonly Member<T>[] {
  const keys = (Object.keys(writers) as (keyof T & string)[]).sort();
  return keys.map((key) => ({ key, quoted: `${JSON.stringify(key)}:`, write: writers[key] as Write<never> }));
}

/** JSON of a record with its keys in order and absent values left out. */
function writeRecord<T>(record: T, members: readonly Member<T>[]): string {
  let text = "{";
  for (const { key, quoted, write } of members) {
    const value = record[key];
    if (value === undefined) continue;
    const written = value === null ? "null" : write(value as never);
    if (written === undefined) continue;
    text += text === "{" ? quoted + written : `,${quoted}${written}`;
  }
  return `${text}}`;
}

const plain: Write<string | number | boolean> = (value) => JSON.stringify(value);
const never: Write<unknown> = () => undefined;

function recordOf<T>(members: readonly Member<T>[]): Write<T> {
  return (record) => writeRecord(record, members);
}

/** For lists whose order means nothing: their canonical texts in order. An empty list says as much as none. */
function unordered<T>(write: (value: T) => string | undefined): Write<readonly T[]> {
  return (values) => {
    if (values.length === 0) return undefined;
    if (values.length === 1) return `[${write(values[0] as T) as string}]`;
    return `[${values.map(write).sort().join(",")}]`;
  };
}

type AllTimes = { kind: string; value: string; zone?: string | null; tzid?: string };
const writeTime = recordOf(membersOf<AllTimes>({ kind: plain, value: plain, zone: plain, tzid: plain })) as Write<EventTime>;
const writeDuration = recordOf(membersOf<EventDuration>({ days: plain, seconds: plain }));
const writeAdditional = recordOf(membersOf<AdditionalTime>({ start: writeTime, end: writeTime, duration: writeDuration }));
const writePerson = recordOf(membersOf<EventPerson>({ address: plain, name: plain }));
const writeAttendee = recordOf(
  membersOf<EventAttendee>({ address: plain, name: plain, participation: plain, role: plain, kind: plain, rsvp: plain }),
);

const contentMembers = membersOf<EventContent>({
  title: plain,
  description: plain,
  location: plain,
  position: recordOf(membersOf<NonNullable<EventContent["position"]>>({ latitude: plain, longitude: plain })),
  organizer: writePerson,
  attendees: unordered(writeAttendee),
  categories: unordered(plain),
  color: plain,
  url: plain,
  conferenceUrl: plain,
});

/** A content that says nothing is left out. */
function contentWriter(members: readonly Member<EventContent>[]): Write<EventContent> {
  return (content) => {
    const text = writeRecord(content, members);
    return text === "{}" ? undefined : text;
  };
}

const eventMembers = membersOf<CalendarEvent>({
  uid: never,
  created: never,
  lastModified: never,
  recurrenceId: writeTime,
  thisAndFuture: plain,
  start: writeTime,
  end: writeTime,
  duration: writeDuration,
  rules: unordered(plain),
  exclusionRules: unordered(plain),
  additionalTimes: unordered(writeAdditional),
  excludedTimes: unordered(writeTime),
  status: plain,
  transparent: plain,
  showAs: plain,
  participation: plain,
  visibility: plain,
  sequence: plain,
  content: contentWriter(contentMembers),
});

/** Zones are rare, and what they hold is the provider's: written key by key as they come. */
function writeZone(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(writeZone).join(",")}]`;
  const record = value as Record<string, unknown>;
  const members = Object.keys(record).sort().filter((key) => record[key] !== undefined);
  return `{${members.map((key) => `${JSON.stringify(key)}:${writeZone(record[key])}`).join(",")}}`;
}

const writeZones = unordered(writeZone);

function writeEvents(object: CalendarObject, members: readonly Member<CalendarEvent>[]): string {
  const [only] = object.events;
  if (object.events.length === 1) return writeRecord(only as CalendarEvent, members);
  return object.events.map((event) => writeRecord(event, members)).sort().join(",");
}

function writeWhole(object: CalendarObject, members: readonly Member<CalendarEvent>[]): string {
  const zones = object.zones === undefined ? undefined : writeZones(object.zones);
  return `{"events":[${writeEvents(object, members)}],"uid":${JSON.stringify(object.uid)}${zones === undefined ? "" : `,"zones":${zones}`}}`;
}

/**
 * Deterministic text of everything that matters of an object: UID, timing and content of its events, custom zones. The same for any order
 * of keys, events, attendees, categories, EXDATEs and RDATEs. Remote key, revision, warnings and dates of creation and change do not count.
 */
export function canonicalObject(object: CalendarObject): string {
  return writeWhole(object, eventMembers);
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

const timeMembers = eventMembers.filter(({ key }) => key !== "content" && key !== "sequence");

/** Of each event what tells it from its siblings, and a part of its content. */
function partMembers(belongs: (key: keyof EventContent) => boolean): readonly Member<CalendarEvent>[] {
  const write = contentWriter(contentMembers.filter(({ key }) => belongs(key)));
  return eventMembers.flatMap((member) => (member.key === "content" ? [{ ...member, write }] : member.key === "recurrenceId" ? [member] : []));
}

const titleMembers = partMembers((key) => key === "title");
const descriptionMembers = partMembers((key) => key === "description");
const otherMembers = partMembers((key) => key !== "title" && key !== "description");
const otherKeys = contentMembers.map(({ key }) => key).filter((key) => key !== "title" && key !== "description");

/** What `canonicalObject` writes of the object reduced to each part; of the parts of the content without the object's UID. */
export function canonicalParts(object: CalendarObject): CanonicalParts {
  const some = (has: (content: EventContent) => boolean): boolean => object.events.some(({ content }) => content !== undefined && has(content));
  const part = (members: readonly Member<CalendarEvent>[]): string => `{"events":[${writeEvents(object, members)}],"uid":""}`;
  return {
    times: writeWhole(object, timeMembers),
    titles: some(({ title }) => title !== undefined) ? part(titleMembers) : null,
    others: some((content) => otherKeys.some((key) => content[key] !== undefined)) ? part(otherMembers) : null,
    descriptions: some(({ description }) => description !== undefined) ? part(descriptionMembers) : null,
  };
}
