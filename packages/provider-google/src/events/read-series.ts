import { createHash } from "node:crypto";
import { KalendsError, toKalendsError, type CalendarEvent, type CalendarObject, type EventTime, type ItemWarning, type QuarantinedItem, type Revision } from "@kalends/model";
import { instantOf, readTime, type TimeContext } from "./read-time.ts";
import type { GoogleEvent } from "./google-event.ts";
import { invalid, readEvent } from "./read-event.ts";
import { readRecurrence } from "./read-recurrence.ts";

/** Everything that Google holds of one item: a single event, or a series with what differs in it. */
export interface SeriesParts {
  /** Id of the single event or of the series' master. */
  id: string;
  /** `null`: an invitation to single instances, whose master is somebody else's. */
  master: GoogleEvent | null;
  /** Changed and cancelled instances, in any order. */
  instances: GoogleEvent[];
}

export type ReadSeries = { object: CalendarObject } | { quarantined: QuarantinedItem } | null;

/** The item an event belongs to. */
export function seriesOf(event: GoogleEvent): string {
  return event.recurringEventId ?? event.id;
}

/**
 * The mark of the whole item. Google has one etag for each event and none for a series: the etag of a single event as it is, and for a
 * series with instances of its own a digest over all of them.
 */
export function revisionOf({ master, instances }: SeriesParts): Revision {
  if (instances.length === 0) return master?.etag ?? null;
  const marks = instances.map(({ id, etag, status, updated }) => `${id} ${etag ?? `${status} ${updated ?? ""}`}`).sort();
  const digest = createHash("sha256").update([master?.etag ?? "", ...marks].join("\n")).digest("base64url");
  return `series-${digest.slice(0, 22)}`;
}

/** The UID that Kalends knows the item by: its own where it made the item, else Google's `iCalUID`. */
export function uidOf({ id, master, instances }: SeriesParts): string {
  const first = instances.find(({ iCalUID }) => iCalUID !== undefined);
  return master?.ownUid ?? master?.iCalUID ?? first?.iCalUID ?? `${id}@google.com`;
}

/** One calendar object of all parts; quarantined where one of them cannot be read; `null` where nothing is left of the item. */
export function readSeries(parts: SeriesParts, calendarZone: string | null): ReadSeries {
  const current = { ...parts, instances: newestInstances(parts.instances) };
  try {
    const object = objectOf(current, calendarZone);
    return object === null ? null : { object };
  } catch (thrown) {
    const { code, message } = toKalendsError(thrown);
    if (!(thrown instanceof KalendsError)) throw thrown;
    return { quarantined: { remoteKey: parts.id, revision: revisionOf(parts), code, reason: message } };
  }
}

function objectOf(parts: SeriesParts, calendarZone: string | null): CalendarObject | null {
  const { id, master, instances } = parts;
  const uid = uidOf(parts);
  if (master?.status === "cancelled") return null;
  const around = { remoteKey: id, revision: revisionOf(parts), uid };
  if (master === null) return orphansOf(parts, uid, calendarZone);
  const series = master.recurrence.length > 0;
  const read = readEvent(master, uid, { calendarZone, series });
  if (!series) return withWarnings({ ...around, revision: master.etag, events: [read.event] }, read.warnings);
  const { warnings, ...recurrence } = readRecurrence(master.recurrence, read.event.start);
  const context: TimeContext = { calendarZone, series: true, zone: zoneOf(read.event.start) };
  const excluded: EventTime[] = [];
  const overrides: CalendarEvent[] = [];
  const all = [...read.warnings, ...warnings];
  for (const instance of instances) {
    const recurrenceId = originalOf(instance, context);
    if (instance.status === "cancelled") excluded.push(recurrenceId);
    else overrides.push(overrideOf(instance, uid, recurrenceId, { calendarZone, series: false }, all));
  }
  const excludedTimes = [...(recurrence.excludedTimes ?? []), ...excluded];
  const event: CalendarEvent = { ...read.event, ...recurrence, ...(excludedTimes.length === 0 ? {} : { excludedTimes }) };
  return withWarnings({ ...around, events: [event, ...overrides.sort(byOriginal)] }, all);
}

/** Instances without their master: each happens by itself, a cancelled one not at all. */
function orphansOf(parts: SeriesParts, uid: string, calendarZone: string | null): CalendarObject | null {
  const warnings: ItemWarning[] = [];
  const living = parts.instances.filter(({ status }) => status !== "cancelled");
  const context: TimeContext = { calendarZone, series: false };
  const events = living.map((instance) => overrideOf(instance, uid, originalOf(instance, context), context, warnings));
  if (events.length === 0) return null;
  return withWarnings({ remoteKey: parts.id, revision: revisionOf(parts), uid, events: events.sort(byOriginal) }, warnings);
}

function overrideOf(instance: GoogleEvent, uid: string, recurrenceId: EventTime, context: TimeContext, warnings: ItemWarning[]): CalendarEvent {
  const read = readEvent(instance, uid, context);
  warnings.push(...read.warnings);
  return { ...read.event, recurrenceId };
}

/** The original start (it, and not the id, is the key of an instance), told as the master tells its own start. */
function originalOf(instance: GoogleEvent, context: TimeContext): EventTime {
  const original = instance.originalStartTime;
  // Written in the zone of the series: the instance may have been moved to another one, and originalStartTime with it.
  const { zone } = context;
  const read = readTime(original === undefined || zone === undefined || zone === null ? original : { ...original, timeZone: zone }, context);
  if ("problem" in read) throw invalid(`original start ${read.problem}`);
  return read.time;
}

function zoneOf(start: EventTime): string | null {
  if (start.kind === "utc") return "UTC";
  return start.kind === "zoned" ? start.zone : null;
}

/** Each instance that is stored of its own, with its original start as the model tells it. */
export function instancesWithOriginals({ instances }: SeriesParts, start: EventTime, calendarZone: string | null): [EventTime, GoogleEvent][] {
  const context: TimeContext = { calendarZone, series: true, zone: zoneOf(start) };
  return newestInstances(instances).map((instance) => [originalOf(instance, context), instance]);
}

/** One instance for each original start: of several the newest. */
function newestInstances(instances: readonly GoogleEvent[]): GoogleEvent[] {
  const byOriginalStart = new Map<string, GoogleEvent>();
  for (const instance of instances) {
    const original = instance.originalStartTime;
    const key = original === undefined ? instance.id : (original.date ?? String(instantOf(original) ?? original.dateTime));
    const before = byOriginalStart.get(key);
    if (before === undefined || !isOlder(instance, before)) byOriginalStart.set(key, instance);
  }
  return [...byOriginalStart.values()];
}

/** Whether a state is older than another one of the same event. What says nothing of its age counts by its place in the answer. */
export function isOlder(one: Pick<GoogleEvent, "updated" | "sequence">, other: Pick<GoogleEvent, "updated" | "sequence">): boolean {
  const [a, b] = [Date.parse(one.updated ?? ""), Date.parse(other.updated ?? "")];
  if (Number.isFinite(a) && Number.isFinite(b) && a !== b) return a < b;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return (one.sequence ?? 0) < (other.sequence ?? 0);
}

function byOriginal(one: CalendarEvent, other: CalendarEvent): number {
  const [a, b] = [one.recurrenceId?.value ?? "", other.recurrenceId?.value ?? ""];
  return a < b ? -1 : a > b ? 1 : 0;
}

function withWarnings(object: CalendarObject, warnings: ItemWarning[]): CalendarObject {
  return warnings.length === 0 ? object : { ...object, warnings };
}
