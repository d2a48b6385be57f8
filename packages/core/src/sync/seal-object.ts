import { ownCopy } from "@kalends/ical";
import type { AccountSealer, CalendarEvent, CalendarObject, EventContent, ItemWarning, SealContext, StoredObject } from "@kalends/model";
import type { MinimalObject } from "./minimize.ts";
import { objectDigest } from "./object-digest.ts";

/** Digest of every object that lies outside all windows: nothing of it is kept, so nothing of it can change. */
export const outsideDigest = "outside";

/** What is sealed of one event of an object. */
export interface SealedEvent {
  content?: EventContent;
  created?: string;
  lastModified?: string;
  sequence?: number;
}

type SealedColumn = "title" | "content" | "description";

/** Where a sealed column of an object lives; bound into its seal. */
export function contentContext(
  organizationId: string,
  calendarId: string,
  object: { remoteKey: string; uid: string },
  column: SealedColumn,
): SealContext {
  return columnContext(organizationId, rowOf(calendarId, object), column);
}

function rowOf(calendarId: string, object: { remoteKey: string; uid: string }): string {
  return JSON.stringify([calendarId, object.remoteKey, object.uid]);
}

function columnContext(organizationId: string, row: string, column: SealedColumn): SealContext {
  return { organizationId, table: "calendar_object", row, column, purpose: "content", generation: 0 };
}

function storedWarnings(object: CalendarObject, unresolvedZone: boolean): string | null {
  const warnings: ItemWarning[] = [...(object.warnings ?? [])];
  if (unresolvedZone && !warnings.some((warning) => warning.code === "zone-unresolved")) {
    warnings.push({ code: "zone-unresolved", message: "A time zone of this item is not known; its times were read in the calendar's zone" });
  }
  return warnings.length === 0 ? null : JSON.stringify(warnings.map(({ code, property }) => ({ code, property })));
}

const decoder = new TextDecoder();

type OtherContent = Omit<EventContent, "title" | "description">;

/** JSON of one column's values, one for each event, or `null` where no event has any. */
function columnOf(events: readonly CalendarEvent[], pick: (event: CalendarEvent) => unknown): string | null {
  const values = events.map(pick);
  return values.some((value) => value !== undefined) ? JSON.stringify(values) : null;
}

const titleOf = ({ content }: CalendarEvent): string | undefined => content?.title;
const descriptionOf = ({ content }: CalendarEvent): string | undefined => content?.description;

/** Every key of a content has to be named here, so that a new one cannot be forgotten. */
function othersOf({ location, position, organizer, attendees, categories, color, url, conferenceUrl }: EventContent): OtherContent | undefined {
  if ((location ?? position ?? organizer ?? attendees ?? categories ?? color ?? url ?? conferenceUrl) === undefined) return undefined;
  const others: { [K in keyof Required<OtherContent>]: OtherContent[K] | undefined } = {
    location, position, organizer, attendees, categories, color, url, conferenceUrl,
  };
  return others as OtherContent;
}

/** What is `undefined` in it does not stand in its JSON. */
function otherContent({ content, created, lastModified, sequence }: CalendarEvent): object | undefined {
  const others = content === undefined ? undefined : othersOf(content);
  return (others ?? created ?? lastModified ?? sequence) === undefined ? undefined : { content: others, created, lastModified, sequence };
}

/** Turns a minimal object into its stored form: plain timing, sealed columns by how far they reach, keyed digests. */
export function sealObject(minimal: MinimalObject, sealer: AccountSealer, organizationId: string, calendarId: string): StoredObject {
  const { object, first, last } = minimal;
  // A text cut out of the item's would keep all of that until the page is stored.
  const identity = { remoteKey: object.remoteKey, uid: ownCopy(object.uid), revision: object.revision, first, last };
  if (minimal.outside) {
    const nothing = { title: null, content: null, description: null, warnings: null };
    return { ...identity, digest: outsideDigest, private: false, outside: true, timing: '{"events":[]}', ...nothing };
  }
  const row = rowOf(calendarId, object);
  const seal = (column: SealedColumn, text: string | null): Uint8Array | null =>
    text === null ? null : sealer.seal(text, columnContext(organizationId, row, column));
  return {
    ...identity,
    digest: objectDigest(object, sealer),
    private: minimal.private,
    outside: false,
    timing: JSON.stringify(minimal.timing),
    title: seal("title", columnOf(object.events, titleOf)),
    content: seal("content", columnOf(object.events, otherContent)),
    description: seal("description", columnOf(object.events, descriptionOf)),
    warnings: storedWarnings(object, minimal.unresolvedZone),
  };
}

/** What was read of a stored object's sealed columns, by position of its events. Throws `open-failed`. */
export function openContent(stored: StoredObject, sealer: AccountSealer, organizationId: string, calendarId: string): SealedEvent[] {
  const open = <T>(column: SealedColumn): (T | null)[] => {
    const sealed = stored[column];
    if (sealed === null) return [];
    const text = decoder.decode(sealer.open(sealed, contentContext(organizationId, calendarId, stored, column)));
    return JSON.parse(text) as (T | null)[];
  };
  const titles = open<string>("title");
  const others = open<SealedEvent>("content");
  const descriptions = open<string>("description");
  const length = Math.max(titles.length, others.length, descriptions.length);
  return Array.from({ length }, (_, position): SealedEvent => {
    const other = others[position] ?? {};
    const title = titles[position] ?? undefined;
    const description = descriptions[position] ?? undefined;
    const content = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }), ...other.content };
    return Object.keys(content).length === 0 ? other : { ...other, content };
  });
}
