import { canonicalObject, parseCalendar } from "@kalends/ical";
import { KalendsError, type CalendarObject, type DeliveryStatus, type ProviderAccess, type PutObjectRequest } from "@kalends/model";
import type { PutObjectResult, RemoteKey, Revision } from "@kalends/model";
import type { DavLine } from "../dav-line.ts";
import { calendarUrl } from "../list-calendars.ts";
import { ownAddresses } from "../own-addresses.ts";
import { readComponents, writeComponents } from "./component.ts";
import { itemKey, newItemKey } from "./item-key.ts";
import { mergeCalendar } from "./merge-calendar.ts";
import { nameForUid, newUid } from "./new-uid.ts";
import { namesPeople, readDeliveries } from "./read-deliveries.ts";
import { objectOf, readCurrent, readNamed, type CurrentItem } from "./read-current.ts";
import { setScheduleAgent } from "./schedule-agent.ts";
import { withEnd } from "./with-end.ts";
import { conflictOf, guardRefused, namesObjection, notShownYet, readWriteAnswer, refusalOf, takenBy, type WriteAnswer } from "./write-refusal.ts";
import { writeWhole } from "./write-whole.ts";

/** One write under way. */
interface Writing {
  line: DavLine;
  url: string;
  own: readonly string[];
  notify: boolean;
}

/** Larger items are refused before they leave: servers take minutes over them, and others refuse them after the upload. */
const mostBytes = 512 * 1024;

/** Creates or changes one item, always under a guard. See `CalendarProvider.putObject`. */
export async function putObject(line: DavLine, access: ProviderAccess, request: PutObjectRequest): Promise<PutObjectResult> {
  const writing: Writing = { line, url: calendarUrl(access, request.calendar), own: ownAddresses(access), notify: request.notify };
  return request.target === null ? await create(writing, request) : await update(writing, request, request.target);
}

async function create(writing: Writing, request: PutObjectRequest): Promise<PutObjectResult> {
  const { line, url } = writing;
  const asked = typeof request.object === "function" ? request.object(null) : request.object;
  const uid = asked.uid === "" ? newUid(line.random) : asked.uid;
  const object: CalendarObject = { ...asked, uid, events: asked.events.map((event) => ({ ...withEnd(event), uid })) };
  const key = newItemKey(url, nameForUid(uid));
  // A name that the caller brought may be taken: some servers overwrite in spite of If-None-Match, and a lost answer may have been a success.
  if (asked.uid !== "") {
    const there = await readNamed(line, url, key);
    if (there !== null) return sameAs(writing, key, there, object) ?? fail(takenBy(key, there.revision));
  }
  const text = writeWhole(object, stampOf(line));
  const calendars = readComponents(text) ?? [];
  setScheduleAgent(calendars, writing.notify);
  const sent = checked(writeComponents(calendars));
  const answer = await put(line, url, key, sent, { "if-none-match": "*" });
  if (!answer.ok) {
    const mayBeTaken = answer.status === 412 && !namesObjection(answer.error);
    throw mayBeTaken ? await takenOrRefused(writing, key, answer) : await refusalOf(line, url, answer);
  }
  line.account.writes.note(key, false);
  return await readBack(writing, key, uid, sent, answer.etag);
}

async function update(writing: Writing, request: PutObjectRequest, target: { remoteKey: RemoteKey; revision: Revision }): Promise<PutObjectResult> {
  const { line, url } = writing;
  const key = itemKey(url, target.remoteKey);
  const current = await readCurrent(line, url, key);
  if (current === null) throw line.account.writes.isHidden(key) ? notShownYet() : conflictOf({ remoteKey: key, revision: null, deleted: true });
  const before = objectOf(current, key, typeof request.object === "function" ? null : request.object.uid, writing.own);
  if (before === null) throw new KalendsError("invalid-argument", "`object` has a UID that the item does not hold");
  const asked = typeof request.object === "function" ? request.object(before) : request.object;
  if (asked.uid !== before.uid) throw new KalendsError("invalid-argument", "`object` must keep its UID");
  const after = withEnds(before, asked);
  // Already as it is to be: nothing is asked for, or an earlier answer was lost.
  if (canonicalObject(after) === canonicalObject(before)) {
    return { remoteKey: key, revision: current.revision, stored: before, asWritten: true, deliveries: deliveriesIn(writing, current.text, before.uid) };
  }
  if (target.revision !== null && current.revision !== null && target.revision !== current.revision) {
    throw conflictOf({ remoteKey: key, revision: current.revision, deleted: false });
  }
  const merged = mergeCalendar(current.text, before, after, stampOf(line));
  setScheduleAgent(merged, writing.notify);
  const sent = checked(writeComponents(merged));
  const answer = await putGuarded(writing, key, current, sent, target.revision);
  if (!answer.ok) throw await refusalOf(line, url, answer);
  await notRevived(line, url, current, answer);
  // What became of the messages stands in the server's text, whether it tells an ETag or not.
  if (answer.etag === null || (writing.notify && namesPeople(sent))) return await readBack(writing, key, after.uid, sent, answer.etag);
  return { remoteKey: key, revision: answer.etag, stored: objectFrom(writing, key, answer.etag, sent, after.uid), asWritten: true, deliveries: [] };
}

/** Ends are written where times are written: what did not change stays as the server accepted it. */
function withEnds(before: CalendarObject, after: CalendarObject): CalendarObject {
  const times = ({ start, end, duration, recurrenceId }: CalendarObject["events"][number]): string => JSON.stringify([start, end, duration, recurrenceId?.value]);
  const known = new Set(before.events.map(times));
  return { ...after, events: after.events.map((event) => (known.has(times(event)) ? event : withEnd(event))) };
}

/**
 * A weak ETag never matches in If-Match (RFC 9110 section 13.1.1), yet it is all that some servers tell: then the strong form is tried.
 * Where the server tells no ETag now, the one that the change is based on is the guard.
 */
async function putGuarded(writing: Writing, key: RemoteKey, current: CurrentItem, text: string, base: Revision): Promise<WriteAnswer> {
  const { line, url } = writing;
  const told = current.revision ?? base;
  const guards = guardsFor(told);
  let answer = await put(line, url, current.wire, text, { "if-match": guards[0] ?? "*" });
  if (!answer.ok && answer.status === 412 && guards[1] !== undefined) answer = await put(line, url, current.wire, text, { "if-match": guards[1] });
  if (answer.ok || ![404, 409, 410, 412].includes(answer.status) || namesObjection(answer.error)) return answer;
  const now = await readCurrent(line, url, key);
  if (now === null || now.revision !== told) throw conflictOf({ remoteKey: key, revision: now?.revision ?? null, deleted: now === null });
  if (answer.status !== 412) return answer;
  if (told === null || told.startsWith("W/")) throw guardRefused();
  // The guard holds, so that it is the object that the server objects to without a name (Xandikos).
  return { ...answer, status: 422 };
}

/** The guards to try, in order. Where the server tells no revision, the item must at least be there. */
export function guardsFor(revision: Revision): string[] {
  if (revision === null) return ["*"];
  return revision.startsWith("W/") ? [revision, revision.slice(2)] : [revision];
}

/**
 * Servers that ignore If-Match on what is not there create the item anew (SOGo: 201). Some answer every PUT with 201 (Radicale), so that it
 * tells something only where the account's server was seen to answer an update otherwise. What was revived is taken away again.
 */
async function notRevived(line: DavLine, url: string, current: CurrentItem, answer: WriteAnswer & { ok: true }): Promise<void> {
  if (answer.status !== 201) line.account.writes.updatesAreTold = true;
  else if (line.account.writes.updatesAreTold) {
    const response = await line.send({ method: "DELETE", url: new URL(url).origin + current.wire, headers: { "if-match": answer.etag ?? "*", "schedule-reply": "F" } });
    await response.discard();
    throw conflictOf({ remoteKey: null, revision: null, deleted: true });
  }
}

/** After every create, and where no ETag was told: the server's word counts, not what was sent. */
async function readBack(writing: Writing, key: RemoteKey, uid: string, sent: string, etag: string | null): Promise<PutObjectResult> {
  const there = await readCurrent(writing.line, writing.url, key);
  // Some servers show what was written only minutes later; until then it is as it was sent.
  if (there === null) return { remoteKey: key, revision: etag, stored: objectFrom(writing, key, etag, sent, uid), asWritten: true, deliveries: [] };
  writing.line.account.writes.note(key, true);
  const stored = objectOf(there, key, uid, writing.own);
  if (stored === null) throw takenBy(key, there.revision);
  const wanted = objectFrom(writing, key, there.revision, sent, uid);
  const asWritten = canonicalObject(stored) === canonicalObject(wanted);
  return { remoteKey: key, revision: there.revision ?? etag, stored, asWritten, deliveries: deliveriesIn(writing, there.text, uid) };
}

/** Where nobody was to be told, a status is one of an earlier write. */
function deliveriesIn({ notify }: Writing, text: string, uid: string): DeliveryStatus[] {
  return notify ? readDeliveries(text, uid) : [];
}

function sameAs(writing: Writing, key: RemoteKey, there: CurrentItem, object: CalendarObject): PutObjectResult | null {
  const stored = objectOf(there, key, object.uid, writing.own);
  if (stored === null) return null;
  const wanted = objectFrom(writing, key, null, writeWhole(object, stampOf(writing.line)), object.uid);
  if (canonicalObject(stored) !== canonicalObject(wanted)) return null;
  return { remoteKey: key, revision: there.revision, stored, asWritten: true, deliveries: deliveriesIn(writing, there.text, object.uid) };
}

/** A bare 412 to a new name: the name is taken after all, or the server has another objection that it does not name (Xandikos). */
async function takenOrRefused(writing: Writing, key: RemoteKey, answer: WriteAnswer & { ok: false }): Promise<KalendsError> {
  const there = await readCurrent(writing.line, writing.url, key);
  return there !== null ? takenBy(key, there.revision) : await refusalOf(writing.line, writing.url, { ...answer, status: 409 });
}

function objectFrom(writing: Writing, key: RemoteKey, revision: Revision, text: string, uid: string): CalendarObject {
  const { objects } = parseCalendar(text, { remoteKey: key, revision, ownAddresses: writing.own });
  return objects.find((object) => object.uid === uid) ?? fail(new KalendsError("object-invalid", "The object cannot be written as an iCalendar text"));
}

async function put(line: DavLine, url: string, path: string, text: string, headers: Record<string, string>): Promise<WriteAnswer> {
  return await readWriteAnswer(line, await line.send({ method: "PUT", url: new URL(url).origin + path, body: text, headers }));
}

function checked(text: string): string {
  if (Buffer.byteLength(text) > mostBytes) throw new KalendsError("object-too-large", "The object is larger than 512 KiB; servers refuse such items or stand still over them");
  return text;
}

/** Now, as `YYYYMMDDTHHMMSSZ`. */
function stampOf(line: DavLine): string {
  return new Date(line.clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
}

function fail(error: KalendsError): never {
  throw error;
}
