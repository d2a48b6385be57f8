import type { Answer } from "./answer.ts";
import type { Call } from "./call.ts";
import { deleteCalendar, getCalendar, insertCalendar, patchCalendar } from "./calendars/answer-calendar.ts";
import { answerFreeBusy } from "./calendars/answer-free-busy.ts";
import { getSetting, listSettings } from "./calendars/answer-settings.ts";
import { getColors } from "./calendars/colors.ts";
import { deleteListEntry, getListEntry, listCalendars, patchListEntry } from "./calendars/list-calendars.ts";
import { listEvents, listInstances } from "./events/list-events.ts";
import { deleteEvent, getEvent, importEvent, insertEvent, moveEvent, patchEvent, updateEvent } from "./events/write-event.ts";
import { calendarScopes } from "./oauth/scopes.ts";
import { stopChannel, watchCalendars, watchEvents } from "./push/answer-watch.ts";

/** A method of the API that the sandbox serves. */
export interface Route {
  /** Its name in the official discovery document. */
  id: string;
  method: string;
  /** Path below `/calendar/v3/`; `*` stands for one part, decoded into `params`. */
  path: readonly string[];
  /** Any one of these lets a caller in. */
  scopes: readonly string[];
  answer: (call: Call) => Answer;
}

const readEvents = calendarScopes("", "readonly", "events", "events.readonly", "events.owned", "events.owned.readonly", "events.public.readonly", "events.freebusy", "app.created");
const writeEvents = calendarScopes("", "events", "events.owned", "app.created");
const readLists = calendarScopes("", "readonly", "calendarlist", "calendarlist.readonly");
const getLists = [...readLists, ...calendarScopes("app.created")];
const writeLists = calendarScopes("", "calendarlist");
const readCalendars = calendarScopes("", "readonly", "calendars", "calendars.readonly", "app.created");
const writeCalendars = calendarScopes("", "calendars", "app.created");
const freeBusy = calendarScopes("", "readonly", "freebusy", "events.freebusy");
const settings = calendarScopes("", "readonly", "settings.readonly");
const colors = calendarScopes("", "readonly", "calendarlist", "calendarlist.readonly", "events.freebusy", "events.owned", "events.owned.readonly", "events.public.readonly", "app.created");
const everything = calendarScopes(
  ...["", "readonly", "events", "events.readonly", "events.owned", "events.owned.readonly", "events.public.readonly", "events.freebusy"],
  ...["freebusy", "calendarlist", "calendarlist.readonly", "app.created", "settings.readonly", "acls", "acls.readonly"],
);

function route(id: string, method: string, path: string, scopes: readonly string[], answer: (call: Call) => Answer): Route {
  return { id: `calendar.${id}`, method, path: path.split("/"), scopes, answer };
}

export const routes: readonly Route[] = [
  route("events.list", "GET", "calendars/*/events", readEvents, listEvents),
  route("events.get", "GET", "calendars/*/events/*", readEvents, getEvent),
  route("events.instances", "GET", "calendars/*/events/*/instances", readEvents, listInstances),
  route("events.insert", "POST", "calendars/*/events", writeEvents, insertEvent),
  route("events.import", "POST", "calendars/*/events/import", writeEvents, importEvent),
  route("events.watch", "POST", "calendars/*/events/watch", readEvents, watchEvents),
  route("events.update", "PUT", "calendars/*/events/*", writeEvents, updateEvent),
  route("events.patch", "PATCH", "calendars/*/events/*", writeEvents, patchEvent),
  route("events.delete", "DELETE", "calendars/*/events/*", writeEvents, deleteEvent),
  route("events.move", "POST", "calendars/*/events/*/move", writeEvents, moveEvent),
  route("calendarList.list", "GET", "users/me/calendarList", readLists, listCalendars),
  route("calendarList.watch", "POST", "users/me/calendarList/watch", readLists, watchCalendars),
  route("calendarList.get", "GET", "users/me/calendarList/*", getLists, getListEntry),
  route("calendarList.patch", "PATCH", "users/me/calendarList/*", writeLists, patchListEntry),
  route("calendarList.update", "PUT", "users/me/calendarList/*", writeLists, patchListEntry),
  route("calendarList.delete", "DELETE", "users/me/calendarList/*", writeLists, deleteListEntry),
  route("calendars.insert", "POST", "calendars", writeCalendars, insertCalendar),
  route("calendars.get", "GET", "calendars/*", readCalendars, getCalendar),
  route("calendars.patch", "PATCH", "calendars/*", writeCalendars, patchCalendar),
  route("calendars.update", "PUT", "calendars/*", writeCalendars, patchCalendar),
  route("calendars.delete", "DELETE", "calendars/*", writeCalendars, deleteCalendar),
  route("freebusy.query", "POST", "freeBusy", freeBusy, answerFreeBusy),
  route("settings.list", "GET", "users/me/settings", settings, listSettings),
  route("settings.get", "GET", "users/me/settings/*", settings, getSetting),
  route("colors.get", "GET", "colors", colors, getColors),
  route("channels.stop", "POST", "channels/stop", everything, stopChannel),
];
