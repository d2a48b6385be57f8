import {
  KalendsError,
  Secret,
  type CalendarWatchRequest,
  type InboundNotification,
  type NotificationReading,
  type OpenedWatch,
  type UnwatchRequest,
  type WatchRequest,
} from "@kalends/model";
import { eventsPath } from "./events/event-list.ts";
import type { GoogleLine } from "./google-line.ts";
import { textOf } from "./json-shape.ts";

export function watchCalendar(line: GoogleLine, request: CalendarWatchRequest): Promise<OpenedWatch> {
  return open(line, `${eventsPath(request.calendar.remoteKey)}/watch`, request);
}

export function watchCalendarList(line: GoogleLine, request: WatchRequest): Promise<OpenedWatch> {
  return open(line, "users/me/calendarList/watch", request);
}

/** Opens a channel (Calendar API guide, "Push notifications"). Channels cannot be renewed: the next one has another id. */
async function open(line: GoogleLine, path: string, request: WatchRequest): Promise<OpenedWatch> {
  const body = { id: request.channelId, type: "web_hook", address: request.address, token: request.token.reveal(), expiration: String(request.expiresAt) };
  const answer = await line.attempt({ method: "POST", path, body, place: "calendar" });
  if (!answer.ok) {
    const { reason, error } = answer.refusal;
    // Some calendars (holidays, contacts' birthdays) cannot be watched at all; polling goes on as before.
    if (reason === "pushNotSupportedForRequestedResource") throw new KalendsError("permission-denied", "Google does not tell of changes of this calendar");
    throw error;
  }
  const resource = textOf(answer.body, "resourceId");
  const expiration = textOf(answer.body, "expiration");
  const expiresAt = expiration === undefined ? request.expiresAt : /^\d{1,15}$/.test(expiration) ? Number(expiration) : Number.NaN;
  if (resource === undefined || !(expiresAt > line.clock.now())) throw new KalendsError("answer-invalid", "Google opened a channel without a name, or one that is over already");
  return { resource, expiresAt };
}

export async function unwatch(line: GoogleLine, { channelId, resource }: UnwatchRequest): Promise<void> {
  const answer = await line.attempt({ method: "POST", path: "channels/stop", body: { id: channelId, resourceId: resource }, place: "item" });
  if (!answer.ok && answer.refusal.status !== 404 && answer.refusal.status !== 410) throw answer.refusal.error;
}

/** A notification of Google is its headers; a body means nothing. */
export function readNotification({ method, headers }: InboundNotification): NotificationReading {
  const channelId = headers.get("x-goog-channel-id") ?? "";
  const state = headers.get("x-goog-resource-state") ?? "";
  if (method !== "POST" || channelId === "" || !/^[a-z_]{1,32}$/.test(state)) return { kind: "malformed" };
  const token = new Secret(headers.get("x-goog-channel-token") ?? "");
  const resource = headers.get("x-goog-resource-id") ?? null;
  return { kind: "hints", hints: [{ channelId, token, resource, event: state === "sync" ? "opened" : "changed" }] };
}
