import { flattenSpans } from "@kalends/availability";
import type { BusySpan, CalendarId, ChangeKind, NewApplicationRecord, SpansByCalendar, TimeRange } from "@kalends/model";
import { digestPart } from "../sync/object-digest.ts";
import type { ObjectMove, ObjectTrace } from "../sync/plan-changes.ts";
import { outsideDigest } from "../sync/seal-object.ts";
import { ownWindow, readsBusy, showsPrivate, type View } from "./view.ts";

/** The part of an object's digest that covers what the view shows; `null` where it does not show the object at all. */
function seenDigest(view: View, trace: ObjectTrace | null, window: TimeRange): string | null {
  if (trace === null || trace.digest === outsideDigest || view.level === "busy") return null;
  if (trace.private && !showsPrivate(view)) return null;
  const inside = trace.first < window.to && (trace.last === null || trace.last > window.from || trace.first >= window.from);
  if (!inside) return null;
  const parts = view.level === "title" ? 2 : view.authorization.noDescriptions ? 3 : 4;
  return trace.digest.slice(0, parts * digestPart);
}

/** What the view is told of one object: exactly the changes that it can see. Pure. */
export function eventRecord(view: View, calendarId: CalendarId, move: ObjectMove, now: number): NewApplicationRecord | null {
  if (view.excluded.has(calendarId)) return null;
  const window = ownWindow(view, now);
  const before = seenDigest(view, move.before, window);
  const after = seenDigest(view, move.after, window);
  if (before === after) return null;
  const kind = before === null ? "event-created" : after === null ? "event-removed" : "event-updated";
  return { applicationId: view.applicationId, kind, accountId: view.accountId, calendarId, uid: move.uid };
}

/** What the view is told of one calendar of the account's list. Pure. */
export function calendarRecord(view: View, kind: ChangeKind, calendarId: CalendarId | null): NewApplicationRecord | null {
  if (kind !== "calendar-added" && kind !== "calendar-changed" && kind !== "calendar-removed") return null;
  if (calendarId === null || view.excluded.has(calendarId) || !view.scopes.has("list_calendars")) return null;
  return { applicationId: view.applicationId, kind, accountId: view.accountId, calendarId, uid: null };
}

const sameLine = (one: readonly BusySpan[], other: readonly BusySpan[]): boolean =>
  one.length === other.length &&
  one.every((span, index) => span.from === other[index]?.from && span.to === other[index]?.to && span.kind === other[index]?.kind);

/**
 * What the view is told of moved busy times: one record for the account, or one for each calendar where the view lists calendars; none
 * where the line that it reads is the same as before. Pure.
 */
export function busyRecords(view: View, before: SpansByCalendar, after: SpansByCalendar, now: number): NewApplicationRecord[] {
  if (!readsBusy(view)) return [];
  const window = ownWindow(view, now);
  const ids = [...new Set([...before.keys(), ...after.keys()])].filter((id) => !view.excluded.has(id)).sort();
  const differs = (chosen: readonly CalendarId[]): boolean => {
    const line = (spans: SpansByCalendar): BusySpan[] => flattenSpans(chosen.flatMap((id) => spans.get(id) ?? []), window);
    return !sameLine(line(before), line(after));
  };
  const record = (calendarId: CalendarId | null): NewApplicationRecord =>
    ({ applicationId: view.applicationId, kind: "busy-changed", accountId: view.accountId, calendarId, uid: null });
  if (!view.scopes.has("list_calendars")) return differs(ids) ? [record(null)] : [];
  return ids.filter((id) => differs([id])).map(record);
}
