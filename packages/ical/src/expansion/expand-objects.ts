import type { CalendarEvent, EventTime, Expansion, Occurrence, TimeRange, ZoneDefinition } from "@kalends/model";
import { daySeconds } from "../civil/civil.ts";
import { formatDate, formatLocalIso } from "../civil/local-time.ts";
import { CompiledCalendar } from "./compiled-calendar.ts";
import { instanceWall } from "./event-frame.ts";
import { compileSettings, querySettings, type ExpandOptions } from "./expand-options.ts";
import { wallOfFound, type FoundInstance } from "./visit-series.ts";

/** Events of one UID as one remote item holds them. Parts of one UID are joined: master from one, overrides from others. */
export interface ObjectPart {
  uid: string;
  events: readonly CalendarEvent[];
  zones?: readonly ZoneDefinition[] | undefined;
}

/** A time of the same kind and zone as another, at a given wall second. */
function timeLike(model: EventTime, wall: number): EventTime {
  if (model.kind === "date") return { kind: "date", value: formatDate(Math.floor(wall / daySeconds)) };
  return { ...model, value: formatLocalIso(wall) };
}

function occurrenceOf(uid: string, found: FoundInstance<CalendarEvent>): Occurrence {
  const { event } = found.member;
  const { frame, key } = found;
  const original = frame === null ? (event.recurrenceId ?? event.start) : timeLike(frame.event.start, instanceWall(frame, key));
  return {
    uid,
    recurrenceId: original,
    from: found.from * 1000,
    to: found.to * 1000,
    start: timeLike(event.start, wallOfFound(found)),
    event,
    overridden: found.overridden,
  };
}

/**
 * The occurrences that touch a half-open range, sorted by start. An override replaces the instance with its original start, one without
 * a master stands alone; events without length count where their instant lies inside the range; cancelled ones only if asked for.
 * Throws `zone-unknown` for the floating zone.
 */
export function expandObjects(parts: readonly ObjectPart[], range: TimeRange, options: ExpandOptions): Expansion {
  const calendar = new CompiledCalendar(parts, options.floatingZone, compileSettings(options));
  const expansion: Expansion = { occurrences: [] };
  const capped = calendar.visit(querySettings(range, options), options.isOver, (uid, found) => {
    expansion.occurrences.push(occurrenceOf(uid, found));
  });
  if (capped !== undefined) expansion.capped = capped;
  if (calendar.unresolvedZone) expansion.unresolvedZone = true;
  expansion.occurrences.sort((a, b) => a.from - b.from || a.to - b.to || (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0));
  return expansion;
}
