import { extentOf, storedTiming } from "@kalends/ical";
import type { CalendarEvent, CalendarObject, EventContent, StoredTiming } from "@kalends/model";
import type { AccountNeeds } from "../permissions/account-needs.ts";

/** A calendar object cut down to what somebody is authorized to need. */
export interface MinimalObject {
  object: CalendarObject;
  timing: StoredTiming;
  /** One of its events is not public. */
  private: boolean;
  /** Start of the first instance and end of the last, ms since the epoch; `null`: endless. */
  first: number;
  last: number | null;
  /** No part of it lies inside any query window: only its existence is remembered. */
  outside: boolean;
  unresolvedZone: boolean;
}

/** What is left of a content, or `undefined`. */
function minimalContent(content: EventContent | undefined, needs: AccountNeeds): EventContent | undefined {
  if (content === undefined || needs.detail === "busy") return undefined;
  if (needs.detail === "title") return content.title === undefined ? undefined : { title: content.title };
  if (needs.descriptions || content.description === undefined) return content;
  const { description: _dropped, ...rest } = content;
  return rest;
}

function minimalEvent(event: CalendarEvent, needs: AccountNeeds): CalendarEvent {
  const kept = minimalContent(event.content, needs);
  // Most often everything is kept, and events are never changed in place: no copy then.
  if (needs.detail === "full" && kept === event.content) return event;
  const { content: _content, created, lastModified, sequence, ...rest } = event;
  const bookkeeping = { ...(created && { created }), ...(lastModified && { lastModified }), ...(sequence === undefined ? {} : { sequence }) };
  return { ...rest, ...(needs.detail === "full" ? bookkeeping : {}), ...(kept === undefined ? {} : { content: kept }) };
}

const withoutDetail = (needs: AccountNeeds): AccountNeeds => ({ ...needs, detail: "busy" });

/** Numbers of edits tell of edits that the times do not show. */
function withoutSequence(timing: StoredTiming): StoredTiming {
  if (timing.events.every(({ sequence }) => sequence === undefined)) return timing;
  return { ...timing, events: timing.events.map(({ sequence: _sequence, ...rest }) => rest) };
}

/** Keeps only what some authorization needs. Pure. A series with one instance inside a window stays whole. */
export function minimize(object: CalendarObject, needs: AccountNeeds, floatingZone: string): MinimalObject {
  const isPrivate = object.events.some(({ visibility }) => visibility !== "public");
  const reach = isPrivate && !needs.privateEvents ? withoutDetail(needs) : needs;
  const kept: CalendarObject = { ...object, events: object.events.map((event) => minimalEvent(event, reach)) };
  const timing = withoutSequence(storedTiming(kept));
  const extent = extentOf(timing, { floatingZone });
  const { window } = needs;
  // An event without length still happens at its instant, so it is inside when it starts inside.
  const endsInside = extent.last === null || extent.last > window.from || (extent.first === extent.last && extent.first >= window.from);
  const outside = !(extent.first < window.to && endsInside);
  return { object: kept, timing, private: isPrivate, first: extent.first, last: extent.last, outside, unresolvedZone: extent.unresolvedZone };
}
