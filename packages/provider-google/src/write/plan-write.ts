import { KalendsError, type CalendarEvent, type CalendarObject, type EventTime } from "@kalends/model";
import type { GoogleEvent } from "../events/google-event.ts";
import { readRecurrence } from "../events/read-recurrence.ts";
import { instancesWithOriginals, type SeriesParts } from "../events/read-series.ts";
import { bodyDifference, googleBody } from "./google-body.ts";
import { recurrenceLines, timeKey } from "./recurrence-lines.ts";
import { writeAttendees } from "./write-attendees.ts";

/** One request of a write. `instance`: the original start of an instance whose id is not known yet. */
export interface WriteStep {
  /** The event that is there already; `null`: an instance that only the rule yields. */
  target: GoogleEvent | null;
  original: EventTime | null;
  /** What differs; `null`: the instance is to be cancelled. */
  patch: Record<string, unknown> | null;
}

/**
 * What has to be written so that the item becomes `wanted`: the master first, then its instances. Only what differs, arrays whole. Pure.
 * Throws `object-invalid` where Google cannot hold it.
 */
export function planWrite(parts: SeriesParts, current: CalendarObject, wanted: CalendarObject, calendarZone: string | null): WriteStep[] {
  const { master } = parts;
  const [now, later] = [masterOf(current), masterOf(wanted)];
  if (master === null || now === null) throw new KalendsError("object-invalid", "Single instances of somebody else's series cannot be changed");
  if (later === null) throw new KalendsError("object-invalid", "The object has no master");
  const steps: WriteStep[] = [];
  const patch: Record<string, unknown> = { ...difference(master, now, later, calendarZone) };
  const recurrence = recurrencePatch(master, now, later);
  if (recurrence !== null) patch["recurrence"] = recurrence.length === 0 ? null : recurrence;
  if (Object.keys(patch).length > 0) steps.push({ target: master, original: null, patch });
  // A series that ends being one takes its instances along.
  if (!isSeries(later)) return steps;
  return [...steps, ...instanceSteps(parts, current, wanted, calendarZone)];
}

function instanceSteps(parts: SeriesParts, current: CalendarObject, wanted: CalendarObject, calendarZone: string | null): WriteStep[] {
  const steps: WriteStep[] = [];
  const before = overridesOf(current);
  const after = overridesOf(wanted);
  const cancelledBefore = timesOf(masterOf(current)?.excludedTimes);
  const cancelledAfter = timesOf(masterOf(wanted)?.excludedTimes);
  const master = masterOf(wanted) as CalendarEvent;
  const instances = instancesByOriginal(parts, masterOf(current) ?? master, calendarZone);
  for (const [key, event] of after) {
    const original = event.recurrenceId as EventTime;
    const target = instances.get(key) ?? null;
    const known = before.get(key);
    const whole = (): Record<string, unknown> => ({ ...googleBody(event, calendarZone), ...attendeesPatch(null, null, event) });
    const patch = known === undefined ? whole() : difference(target, known, event, calendarZone);
    if (Object.keys(patch).length > 0) steps.push({ target, original, patch });
  }
  for (const [key, original] of cancelledAfter) {
    if (!cancelledBefore.has(key)) steps.push({ target: instances.get(key) ?? null, original, patch: null });
  }
  // What is no longer said of an instance is what the master says of it.
  const restored = new Map([...cancelledBefore, ...[...before].map(([key, event]) => [key, event.recurrenceId as EventTime] as const)]);
  for (const [key, original] of restored) {
    const target = instances.get(key);
    if (after.has(key) || cancelledAfter.has(key) || target === undefined) continue;
    steps.push({ target, original, patch: { ...googleBody(atOriginal(master, original), calendarZone) } });
  }
  return steps;
}

function difference(source: GoogleEvent | null, now: CalendarEvent, later: CalendarEvent, calendarZone: string | null): Record<string, unknown> {
  return { ...bodyDifference(googleBody(now, calendarZone), googleBody(later, calendarZone)), ...attendeesPatch(source, now, later) };
}

function attendeesPatch(source: GoogleEvent | null, now: CalendarEvent | null, later: CalendarEvent): Record<string, unknown> {
  const attendees = writeAttendees(source, now, later);
  return attendees === null ? {} : { attendees };
}

/** The lines to write, or `null` where they stay. Cancelled instances are events of their own and stand in no line. */
function recurrencePatch(master: GoogleEvent, now: CalendarEvent, later: CalendarEvent): string[] | null {
  const inLines = timesOf(master.recurrence.length === 0 ? [] : readRecurrence(master.recurrence, now.start).excludedTimes);
  const wanted = timesOf(later.excludedTimes);
  const isNew = master.recurrence.length === 0;
  const excludedTimes = isNew ? (later.excludedTimes ?? []) : [...inLines].filter(([key]) => wanted.has(key)).map(([, time]) => time);
  const after = recurrenceLines({ ...later, excludedTimes });
  const before = recurrenceLines({ ...now, excludedTimes: [...inLines.values()] });
  return sameLines(before, after) ? null : after;
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

function isSeries({ rules = [], additionalTimes = [] }: CalendarEvent): boolean {
  return rules.length > 0 || additionalTimes.length > 0;
}

export function masterOf(object: CalendarObject): CalendarEvent | null {
  return object.events.find(({ recurrenceId }) => recurrenceId === undefined) ?? null;
}

function overridesOf(object: CalendarObject): Map<string, CalendarEvent> {
  return new Map(object.events.flatMap((event) => (event.recurrenceId === undefined ? [] : [[timeKey(event.recurrenceId), event] as const])));
}

function timesOf(times: readonly EventTime[] | undefined): Map<string, EventTime> {
  return new Map((times ?? []).map((time) => [timeKey(time), time]));
}

/** Stored instances by the original start that the model gives them, cancelled ones among them. */
function instancesByOriginal(parts: SeriesParts, now: CalendarEvent, calendarZone: string | null): Map<string, GoogleEvent> {
  return new Map(instancesWithOriginals(parts, now.start, calendarZone).map(([time, instance]) => [timeKey(time), instance]));
}

/** The instance as the master's rule yields it. */
function atOriginal(master: CalendarEvent, original: EventTime): CalendarEvent {
  const { rules: _rules, exclusionRules: _exclusionRules, additionalTimes: _additionalTimes, excludedTimes: _excludedTimes, end, ...rest } = master;
  if (end === undefined) return { ...rest, start: original };
  const length = wallMs(end) - wallMs(master.start);
  const value = new Date(wallMs(original) + length).toISOString().slice(0, original.kind === "date" ? 10 : 19);
  return { ...rest, start: original, end: { ...original, value } };
}

function wallMs({ value }: EventTime): number {
  return Date.parse(value.length === 10 ? `${value}T00:00:00Z` : `${value}Z`);
}
