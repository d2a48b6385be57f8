import type { DeleteObjectRequest, ProviderAccess } from "@kalends/model";
import type { DavLine } from "../dav-line.ts";
import { calendarUrl } from "../list-calendars.ts";
import { itemKey } from "./item-key.ts";
import { guardsFor } from "./put-object.ts";
import { readCurrent } from "./read-current.ts";
import { conflictOf, guardRefused, readWriteAnswer, refusalOf } from "./write-refusal.ts";

/**
 * Removes one item. Its revision is read again first, because some servers do not look at If-Match when they delete.
 * See `CalendarProvider.deleteObject`.
 */
export async function deleteObject(line: DavLine, access: ProviderAccess, request: DeleteObjectRequest): Promise<void> {
  const url = calendarUrl(access, request.calendar);
  const key = itemKey(url, request.target.remoteKey);
  const current = await readCurrent(line, url, key);
  line.account.writes.forget(key);
  if (current === null) return;
  const { revision } = request.target;
  if (revision !== null && current.revision !== null && revision !== current.revision) {
    throw conflictOf({ remoteKey: key, revision: current.revision, deleted: false });
  }
  const told = current.revision ?? revision;
  for (const guard of guardsFor(told)) {
    // RFC 6638 section 8.1: no reply goes to the organizer of an invitation that is removed.
    const headers = { "if-match": guard, ...(request.notify ? {} : { "schedule-reply": "F" }) };
    const answer = await readWriteAnswer(line, await line.send({ method: "DELETE", url: new URL(url).origin + current.wire, headers }));
    if (answer.ok || answer.status === 404 || answer.status === 410) return;
    if (answer.status !== 412) throw await refusalOf(line, url, answer);
  }
  const now = await readCurrent(line, url, key);
  if (now !== null && told === null) throw guardRefused();
  if (now !== null) throw conflictOf({ remoteKey: key, revision: now.revision, deleted: false });
}
