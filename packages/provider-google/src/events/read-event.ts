import { KalendsError, type CalendarEvent, type EventStatus, type EventTime, type EventVisibility, type ItemWarning } from "@kalends/model";
import { busyOfType } from "./busy-of-type.ts";
import type { GoogleEvent } from "./google-event.ts";
import { ownAnswer, readContent } from "./read-content.ts";
import { readTime, type TimeContext } from "./read-time.ts";

/** An event of the model, and what was read with a grain of salt. */
export interface ReadEvent {
  event: CalendarEvent;
  warnings: ItemWarning[];
}

/** Reads one event that is not cancelled. Throws `object-invalid` where its times cannot be read; the message holds no event text. */
export function readEvent(source: GoogleEvent, uid: string, context: TimeContext): ReadEvent {
  const warnings: ItemWarning[] = [];
  const start = timeOf(source, "start", context, warnings);
  const end = source.endTimeUnspecified || source.end === undefined ? null : timeOf(source, "end", context, warnings);
  if (end !== null && (end.kind === "date") !== (start.kind === "date")) throw invalid("start is a date and its end a time, or the other way round");
  const kept = end !== null && isBefore(end, start) ? null : end;
  if (kept !== end) warnings.push({ code: "value-ignored", property: "end", message: "The end lies before the start" });
  const showAs = busyOfType(source);
  const participation = ownAnswer(source);
  const content = readContent(source);
  return {
    warnings,
    event: {
      uid,
      start,
      ...(kept === null ? {} : { end: kept }),
      status: statusOf(source),
      transparent: source.transparent,
      ...(showAs === null ? {} : { showAs }),
      ...(participation === undefined ? {} : { participation }),
      visibility: visibilityOf(source),
      ...(source.sequence === undefined ? {} : { sequence: source.sequence }),
      ...(content === undefined ? {} : { content }),
      ...instants(source),
    },
  };
}

function timeOf(source: GoogleEvent, name: "start" | "end", context: TimeContext, warnings: ItemWarning[]): EventTime {
  const read = readTime(source[name], context);
  if ("problem" in read) throw invalid(`${name} ${read.problem}`);
  if (read.unresolved && !warnings.some(({ code }) => code === "zone-unresolved")) {
    warnings.push({ code: "zone-unresolved", property: name, message: "The time zone of the event is not known" });
  }
  return read.time;
}

export function invalid(what: string): KalendsError {
  return new KalendsError("object-invalid", `The event's ${what}`);
}

/** Times of one kind in one zone compare as texts; others are left to those who know the zones. */
function isBefore(end: EventTime, start: EventTime): boolean {
  const sameZone = end.kind === start.kind && (end.kind !== "zoned" || start.kind !== "zoned" || end.zone === start.zone);
  return sameZone && end.value < start.value;
}

function statusOf({ status }: GoogleEvent): EventStatus {
  return status === "tentative" || status === "cancelled" ? status : "confirmed";
}

/** `default` is the calendar's own setting; sharing is the business of whoever shares. */
function visibilityOf({ visibility }: GoogleEvent): EventVisibility {
  return visibility === "private" || visibility === "confidential" ? visibility : "public";
}

function instants({ created, updated }: GoogleEvent): { created?: string; lastModified?: string } {
  const read = (text: string | undefined): string | undefined => {
    const ms = text !== undefined && /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
  };
  const [made, changed] = [read(created), read(updated)];
  return { ...(made === undefined ? {} : { created: made }), ...(changed === undefined ? {} : { lastModified: changed }) };
}
