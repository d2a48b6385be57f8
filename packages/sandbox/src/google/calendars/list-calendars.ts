import { emptyAnswer, jsonAnswer, type Answer } from "../answer.ts";
import { atLeast, bodyOf, type Call } from "../call.ts";
import { badParameter, GoogleRefused, notFound } from "../google-refused.ts";
import type { ListEntry, UserState } from "../google-state.ts";
import { readSyncToken, writeSyncToken } from "../sync-token.ts";
import type { AccessRole } from "./calendar-store.ts";
import { calendarColors } from "./colors.ts";
import { touchEntry } from "./touch-entry.ts";

/** `calendarList.list` */
export function listCalendars(call: Call): Answer {
  const { query, state, caller } = call;
  const { user } = caller;
  const size = query.size("maxResults", 100, 250);
  const token = query.text("syncToken");
  if (token !== null) assertSyncQuery(call);
  const fingerprint = `${query.fingerprint(["minAccessRole", "showDeleted", "showHidden", "maxResults"])}&${token ?? ""}`;
  const pageToken = query.text("pageToken");
  const begin = (): Parameters<typeof state.pages.first>[0] => {
    const keys = token === null ? firstKeys(call) : readSyncToken(state, user.serial, user.listLog, "", token);
    return { serial: user.serial, fingerprint, keys, nextSyncToken: writeSyncToken(state, user.serial, user.listLog, "") };
  };
  const page = pageToken === null ? state.pages.first(begin(), size) : state.pages.next(pageToken, user.serial, fingerprint, size);
  const items = page.keys.map((id) => user.list.get(id)).filter((entry) => entry !== undefined);
  return jsonAnswer(200, {
    kind: "calendar#calendarList",
    etag: `"p${user.serial}-${user.listLog.revision}"`,
    ...(page.nextPageToken === null ? { nextSyncToken: page.listing.nextSyncToken } : { nextPageToken: page.nextPageToken }),
    items: items.map((entry) => presentEntry(user, entry)),
  });
}

/** `calendarList.get` */
export function getListEntry(call: Call): Answer {
  return jsonAnswer(200, presentEntry(call.caller.user, entryOf(call)));
}

/** `calendarList.patch` and `calendarList.update`: only what is the user's own view. */
export function patchListEntry(call: Call): Answer {
  const entry = entryOf(call);
  const { summaryOverride, hidden, selected, colorId } = bodyOf(call);
  if (summaryOverride === null) delete entry.summaryOverride;
  else if (typeof summaryOverride === "string") entry.summaryOverride = summaryOverride;
  if (typeof hidden === "boolean") entry.hidden = hidden;
  if (typeof selected === "boolean") entry.selected = selected;
  if (typeof colorId === "string" && calendarColors[colorId]) entry.colorId = colorId;
  touchEntry(call.state, call.caller.user, entry);
  return jsonAnswer(200, presentEntry(call.caller.user, entry));
}

/** `calendarList.delete`: the calendar stays, the user no longer lists it. */
export function deleteListEntry(call: Call): Answer {
  const entry = entryOf(call);
  if (entry.primary || entry.calendar.owner === call.caller.user.email) {
    throw new GoogleRefused(403, { reason: "cannotUnsubscribeFromOwnCalendar", domain: "calendar", message: "Cannot remove a calendar that you own from your list." });
  }
  entry.deleted = true;
  touchEntry(call.state, call.caller.user, entry);
  return emptyAnswer(204);
}

function entryOf(call: Call): ListEntry {
  const { user } = call.caller;
  const id = call.params[0] ?? "";
  const entry = user.list.get(id === "primary" ? user.email : id);
  if (!entry || entry.deleted) throw notFound();
  return entry;
}

function assertSyncQuery(call: Call): void {
  for (const name of ["minAccessRole", "showOwnOrganizationOnly"]) {
    if (call.query.has(name)) throw badParameter(name, `Sync token cannot be used with ${name}.`);
  }
  for (const name of ["showDeleted", "showHidden"]) {
    if (call.query.flag(name) === false) throw badParameter(name, `Sync token cannot be used with ${name}=false.`);
  }
}

function firstKeys(call: Call): string[] {
  const { query, caller } = call;
  const least = query.oneOf("minAccessRole", ["freeBusyReader", "reader", "writer", "writerWithoutPrivateAccess", "owner"]);
  const showDeleted = query.flag("showDeleted") === true;
  const showHidden = query.flag("showHidden") === true;
  const keys: string[] = [];
  for (const [id, entry] of caller.user.list) {
    const role = entry.calendar.access.get(caller.user.email);
    if ((entry.deleted && !showDeleted) || (entry.hidden && !showHidden)) continue;
    if (least !== null && role && !atLeast(role, least as AccessRole)) continue;
    keys.push(id);
  }
  return keys;
}

/** An entry as an answer holds it. Of a deleted one, the id and the mark. */
export function presentEntry(user: UserState, entry: ListEntry): Record<string, unknown> {
  const { calendar, etag } = entry;
  const head = { kind: "calendar#calendarListEntry", etag, id: calendar.id };
  if (entry.deleted) return { ...head, deleted: true };
  const { summary, description, location, timeZone } = calendar.details;
  const color = calendarColors[entry.colorId];
  return {
    ...head,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(location === undefined ? {} : { location }),
    timeZone,
    ...(entry.summaryOverride === undefined ? {} : { summaryOverride: entry.summaryOverride }),
    colorId: entry.colorId,
    backgroundColor: color?.background,
    foregroundColor: color?.foreground,
    ...(entry.hidden ? { hidden: true } : {}),
    ...(entry.selected ? { selected: true } : {}),
    accessRole: calendar.access.get(user.email) ?? "reader",
    defaultReminders: [],
    ...(entry.primary ? { primary: true, notificationSettings: { notifications: [{ type: "eventCreation", method: "email" }] } } : {}),
    conferenceProperties: { allowedConferenceSolutionTypes: ["hangoutsMeet"] },
  };
}
