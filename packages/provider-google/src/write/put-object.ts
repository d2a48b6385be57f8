import { createHash } from "node:crypto";
import { canonicalObject, resolveZone } from "@kalends/ical";
import { KalendsError, type CalendarObject, type PutObjectRequest, type PutObjectResult, type Random } from "@kalends/model";
import { eventPath, eventsPath } from "../events/event-list.ts";
import { ownUidProperty } from "../events/google-event.ts";
import type { GoogleLine } from "../google-line.ts";
import { asRecord, listOf, textOf } from "../json-shape.ts";
import { googleBody, withoutNulls } from "./google-body.ts";
import { newUid } from "./new-uid.ts";
import { masterOf, planWrite, type WriteStep } from "./plan-write.ts";
import { checkKey, readCurrent, type CurrentItem, type WriteDesk } from "./read-current.ts";
import { originalStartText, recurrenceLines } from "./recurrence-lines.ts";
import { writeAttendees } from "./write-attendees.ts";
import { conflictOf, errorOfWrite, takenBy } from "./write-refusal.ts";

/** The desk of a write, with what decides about mails. */
export interface Writing extends WriteDesk {
  query: Readonly<Record<string, string>>;
}

/** See `CalendarProvider.putObject`. */
export async function putObject(line: GoogleLine, request: PutObjectRequest, random: Random): Promise<PutObjectResult> {
  const writing = openWriting(line, request);
  if (request.target === null) return await create(writing, request, random);
  const key = checkKey(request.target.remoteKey);
  const current = await readCurrent(writing, key);
  if (current === null) throw conflictOf({ remoteKey: null, revision: null, deleted: true });
  const wanted = typeof request.object === "function" ? request.object(current.object) : request.object;
  return await change(writing, current, wanted, request.target.revision);
}

export function openWriting(line: GoogleLine, { calendar, notify }: Pick<PutObjectRequest, "calendar" | "notify">): Writing {
  return {
    line,
    calendar: calendar.remoteKey,
    calendarZone: resolveZone(calendar.hints["timeZone"] ?? ""),
    // Without version 1 a write ignores the conference, and an update loses it.
    query: { sendUpdates: notify ? "all" : "none", conferenceDataVersion: "1" },
  };
}

async function change(writing: Writing, current: CurrentItem, wanted: CalendarObject, revision: string | null): Promise<PutObjectResult> {
  const steps = planWrite(current.parts, current.object, wanted, writing.calendarZone);
  // What stands there already is a success at whatever revision: the answer to the first try was lost.
  if (steps.length === 0) return resultOf(current, wanted);
  const { remoteKey, revision: now } = current.object;
  if (revision !== null && revision !== now) throw conflictOf({ remoteKey, revision: now, deleted: false });
  for (const step of steps) await take(writing, remoteKey, step);
  return await readBack(writing, remoteKey, wanted);
}

async function readBack(writing: Writing, key: string, wanted: CalendarObject): Promise<PutObjectResult> {
  const there = await readCurrent(writing, key);
  if (there === null) throw conflictOf({ remoteKey: null, revision: null, deleted: true });
  return resultOf(there, wanted);
}

function resultOf(there: CurrentItem, wanted: CalendarObject): PutObjectResult {
  const { object } = there;
  return { remoteKey: object.remoteKey, revision: object.revision, stored: object, asWritten: comparable(object) === comparable(wanted) };
}

/** What a caller decides about an object; numbers of edits and the like are Google's. */
function comparable(object: CalendarObject): string {
  const events = object.events.map(({ sequence: _sequence, ...event }) => {
    const { organizer: _organizer, ...content } = event.content ?? {};
    return { ...event, content };
  });
  return canonicalObject({ ...object, uid: "", events });
}

/** One request of a write, guarded by the etag of what it changes. */
async function take(writing: Writing, key: string, { target, original, patch }: WriteStep): Promise<void> {
  const { line, calendar, query } = writing;
  const event = target ?? (original === null ? null : await findInstance(writing, key, originalStartText(original, writing.calendarZone)));
  if (event === null) throw new KalendsError("object-invalid", "The series has no instance at one of the times that the object names");
  const path = eventPath(calendar, event.id);
  const ifMatch = event.etag ?? undefined;
  const answer = await (patch === null
    ? line.attempt({ method: "DELETE", path, query: { sendUpdates: query["sendUpdates"] ?? "none" }, ifMatch, place: "item" })
    : line.attempt({ method: "PATCH", path, query, body: patch, ifMatch, place: "item" }));
  if (answer.ok) return;
  const { refusal } = answer;
  if (patch === null && refusal.status === 410) return;
  if (refusal.status === 412) {
    const now = await readCurrent(writing, key);
    throw conflictOf({ remoteKey: now === null ? null : key, revision: now?.object.revision ?? null, deleted: now === null });
  }
  if (refusal.status === 404 || refusal.status === 410) throw conflictOf({ remoteKey: null, revision: null, deleted: true });
  throw errorOfWrite(refusal);
}

async function findInstance({ line, calendar }: Writing, master: string, originalStart: string): Promise<{ id: string; etag: string | null } | null> {
  const query = { originalStart, showDeleted: "true", maxResults: "1", fields: "items(id,etag)" };
  const body = await line.ask({ method: "GET", path: `${eventPath(calendar, master)}/instances`, query, place: "item" });
  const instance = asRecord((listOf(body, "items") ?? [])[0]);
  const id = textOf(instance, "id");
  return id === undefined ? null : { id, etag: textOf(instance, "etag") ?? null };
}

async function create(writing: Writing, request: PutObjectRequest, random: Random): Promise<PutObjectResult> {
  const given = typeof request.object === "function" ? request.object(null) : request.object;
  const uid = given.uid === "" ? newUid(random) : given.uid;
  const wanted: CalendarObject = { ...given, uid, events: given.events.map((event) => ({ ...event, uid })) };
  const id = idOf(uid);
  const body = bodyOf(wanted, writing.calendarZone);
  const answer = await writing.line.attempt({ method: "POST", path: eventsPath(writing.calendar), query: writing.query, body: { ...body, id }, place: "calendar" });
  if (answer.ok || (answer.refusal.status === 409 && (await settleClash(writing, id, wanted, body)))) return await withInstances(writing, id, wanted);
  throw errorOfWrite(answer.refusal);
}

/**
 * The id is taken. Ids come from UIDs, so it is this very object: written by a try whose answer was lost, or deleted since and then
 * written anew under its old id, which Google keeps for good. Anything else throws `already-exists`.
 */
async function settleClash(writing: Writing, id: string, wanted: CalendarObject, body: Record<string, unknown>): Promise<boolean> {
  const there = await readCurrent(writing, id);
  if (there === null) {
    const path = eventPath(writing.calendar, id);
    const answer = await writing.line.attempt({ method: "PUT", path, query: writing.query, body: { status: "confirmed", ...body }, place: "item" });
    if (!answer.ok) throw errorOfWrite(answer.refusal);
    return true;
  }
  const { master } = there.parts;
  const steps = master?.ownUid === wanted.uid ? planWrite(there.parts, there.object, wanted, writing.calendarZone) : null;
  if (steps === null || steps.some(({ original }) => original === null)) throw takenBy(id, there.object.revision);
  return true;
}

/** Changed instances are events of their own, written after their master. */
async function withInstances(writing: Writing, id: string, wanted: CalendarObject): Promise<PutObjectResult> {
  const there = await readCurrent(writing, id);
  if (there === null) throw conflictOf({ remoteKey: null, revision: null, deleted: true });
  const steps = planWrite(there.parts, there.object, wanted, writing.calendarZone).filter(({ original }) => original !== null);
  if (steps.length === 0) return resultOf(there, wanted);
  for (const step of steps) await take(writing, id, step);
  return await readBack(writing, id, wanted);
}

function bodyOf(wanted: CalendarObject, calendarZone: string | null): Record<string, unknown> {
  const master = masterOf(wanted);
  if (master === null) throw new KalendsError("object-invalid", "The object has no master");
  const attendees = writeAttendees(null, null, master);
  const recurrence = recurrenceLines(master);
  return {
    ...withoutNulls(googleBody(master, calendarZone)),
    ...(attendees === null ? {} : { attendees }),
    ...(recurrence.length === 0 ? {} : { recurrence }),
    extendedProperties: { private: { [ownUidProperty]: wanted.uid } },
  };
}

const base32hex = "0123456789abcdefghijklmnopqrstuv";

/** The id of a new event: 160 bits of the UID's digest in base32hex, which is what Google takes (5 to 1,024 of `a-v0-9`). */
function idOf(uid: string): string {
  let id = "";
  let bits = 0;
  let held = 0;
  for (const byte of createHash("sha256").update(`kalends ${uid}`).digest().subarray(0, 20)) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) id += base32hex[(held >> (bits - 5)) & 31] as string;
  }
  return id;
}
