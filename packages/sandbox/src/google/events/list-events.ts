import { assertZone } from "@kalends/ical";
import { jsonAnswer, type Answer } from "../answer.ts";
import { calendarOf, type Call } from "../call.ts";
import type { AccessRole, CalendarStore } from "../calendars/calendar-store.ts";
import { badParameter, notFound } from "../google-refused.ts";
import { calendarScopes } from "../oauth/scopes.ts";
import type { Listing, Page } from "../page-book.ts";
import { readSyncToken, writeSyncToken } from "../sync-token.ts";
import type { EventResource } from "../wire.ts";
import { instantOf } from "./event-time.ts";
import { findEvent } from "./find-event.ts";
import { presentEvent, type EventView } from "./present-event.ts";
import { horizonMs, instancesOf, readSelection, selectEvents } from "./select-events.ts";

/** Refused beside a sync token. */
const notWithSyncToken = ["iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin"];
/** A listing with one of these gives no sync token. */
const withoutSyncToken = ["iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin"];
/** Must be the same in every request of one chain. */
const frozen = ["singleEvents", "eventTypes", "showHiddenInvitations", "timeZone"];
/** Must be the same from page to page. */
const frozenInPages = [...frozen, "showDeleted", "maxResults", ...notWithSyncToken];

/** With none of these, only times are shown. */
const detailScopes = calendarScopes("", "readonly", "events", "events.readonly", "events.owned", "events.owned.readonly", "app.created");

/** `events.list` */
export function listEvents(call: Call): Answer {
  const { calendar, role } = calendarOf(call, call.params[0] ?? "", "freeBusyReader");
  const { query, state } = call;
  const size = query.size("maxResults", 250, 2_500);
  const token = query.text("syncToken");
  if (token !== null) assertSyncQuery(call);
  const fingerprint = query.fingerprint(frozenInPages) + (token === null ? "" : `&${token}`);
  const pageToken = query.text("pageToken");
  const page =
    pageToken === null
      ? state.pages.first(beginListing(call, calendar, fingerprint), size)
      : state.pages.next(pageToken, calendar.serial, fingerprint, size);
  return answerPage(call, calendar, role, page);
}

/** `events.instances` */
export function listInstances(call: Call): Answer {
  const { calendar, role } = calendarOf(call, call.params[0] ?? "", "freeBusyReader");
  const { query, state } = call;
  const size = query.size("maxResults", 250, 2_500);
  const fingerprint = query.fingerprint(["originalStart", "showDeleted", "timeMin", "timeMax", "timeZone", "maxResults"]);
  const pageToken = query.text("pageToken");
  if (pageToken !== null) return answerPage(call, calendar, role, state.pages.next(pageToken, calendar.serial, fingerprint, size));
  const master = calendar.find(call.params[1] ?? "");
  if (!master) throw notFound();
  const range = { from: query.instant("timeMin") ?? Number.NEGATIVE_INFINITY, to: query.instant("timeMax") ?? Number.POSITIVE_INFINITY };
  const zone = calendar.details.timeZone;
  const overrides = calendar.exceptionsOf(master.id).filter((event) => {
    if (event.status === "cancelled") return query.flag("showDeleted") === true;
    return event.start && event.end && instantOf(event.end, zone) > range.from && instantOf(event.start, zone) < range.to;
  });
  const yielded = master.status === "cancelled" ? [] : instancesOf(calendar, master, range, state.clock.now() + horizonMs);
  const original = query.text("originalStart");
  const keys = [...yielded, ...overrides]
    .filter((event) => original === null || isOriginal(event, original, zone))
    .sort((left, right) => originalOf(left, zone) - originalOf(right, zone))
    .map((event) => event.id);
  return answerPage(call, calendar, role, state.pages.first({ serial: calendar.serial, fingerprint, keys, nextSyncToken: null }, size));
}

function originalOf(event: EventResource, zone: string): number {
  return event.originalStartTime ? instantOf(event.originalStartTime, zone) : 0;
}

function isOriginal(event: EventResource, text: string, zone: string): boolean {
  return event.originalStartTime?.date === text || originalOf(event, zone) === Date.parse(text);
}

function assertSyncQuery(call: Call): void {
  for (const name of notWithSyncToken) {
    if (call.query.has(name)) throw badParameter(name, `Sync token cannot be used with ${name}.`);
  }
  if (call.query.flag("showDeleted") === false) throw badParameter("showDeleted", "Sync token cannot be used with showDeleted=false.");
}

function beginListing(call: Call, calendar: CalendarStore, fingerprint: string): Listing {
  const { query, state } = call;
  const chain = query.fingerprint(frozen);
  const token = query.text("syncToken");
  const selection = readSelection(query);
  const horizon = state.clock.now() + horizonMs;
  const nextSyncToken = withoutSyncToken.some((name) => query.has(name)) ? null : writeSyncToken(state, calendar.serial, calendar.log, chain);
  if (selection.singleEvents && nextSyncToken !== null) calendar.syncsInstances = true;
  const listing = { serial: calendar.serial, fingerprint, nextSyncToken };
  if (token === null) return { ...listing, keys: selectEvents(calendar, selection, horizon).map((event) => event.id) };
  const keys: string[] = [];
  for (const id of readSyncToken(state, calendar.serial, calendar.log, chain, token)) {
    const event = calendar.find(id) ?? calendar.lostInstances.get(id);
    if (!event || (selection.eventTypes && !selection.eventTypes.has(event.eventType))) continue;
    if (!selection.singleEvents) {
      if (!calendar.lostInstances.has(id) || calendar.find(id)) keys.push(id);
    } else if (event.recurrence) {
      if (event.status !== "cancelled") keys.push(...instancesOf(calendar, event, selection, horizon).map((instance) => instance.id));
    } else keys.push(id);
  }
  return { ...listing, keys };
}

/** How a caller sees the events of a calendar. Refuses an unknown time zone. */
export function viewOf(call: Call, calendar: CalendarStore, role: AccessRole): EventView {
  const zone = call.query.text("timeZone") ?? calendar.details.timeZone;
  try {
    assertZone(zone);
  } catch {
    throw badParameter("timeZone", "Invalid time zone.", "invalidParameter");
  }
  const timesOnly = role === "freeBusyReader" || !detailScopes.some((scope) => call.caller.scopes.has(scope));
  return {
    zone,
    self: calendar.id === call.caller.user.email ? calendar.id : call.caller.user.email,
    maxAttendees: call.query.size("maxAttendees", 10_000, 10_000),
    timesOnly,
    cancelledDetails: call.state.features.cancelledDetails,
    origin: call.state.origin,
  };
}

/** One event as a caller sees it: times alone where it is private and the caller may not write. */
export function presentFor(event: EventResource, view: EventView, role: AccessRole): Record<string, unknown> {
  const hidden = role === "reader" && (event.visibility === "private" || event.visibility === "confidential");
  return presentEvent(event, hidden ? { ...view, timesOnly: true } : view);
}

function answerPage(call: Call, calendar: CalendarStore, role: AccessRole, page: Page): Answer {
  const view = viewOf(call, calendar, role);
  const items: Record<string, unknown>[] = [];
  for (const id of page.keys) {
    const event = findEvent(calendar, id)?.event ?? calendar.lostInstances.get(id);
    if (event) items.push(presentFor(event, view, role));
  }
  const { summary, description, timeZone } = calendar.details;
  return jsonAnswer(200, {
    kind: "calendar#events",
    etag: `"p${calendar.serial}-${calendar.log.revision}"`,
    summary,
    ...(description === undefined ? {} : { description }),
    updated: new Date(call.state.clock.now()).toISOString(),
    timeZone: call.query.text("timeZone") ?? timeZone,
    accessRole: role,
    defaultReminders: role === "owner" ? [{ method: "popup", minutes: 30 }] : [],
    ...tokensOf(page),
    items,
  });
}

/** Only the last page carries a sync token, and not every listing has one. */
function tokensOf(page: Page): Record<string, string> {
  if (page.nextPageToken !== null) return { nextPageToken: page.nextPageToken };
  const { nextSyncToken } = page.listing;
  return nextSyncToken === null ? {} : { nextSyncToken };
}
