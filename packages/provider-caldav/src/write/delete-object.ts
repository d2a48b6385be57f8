import type { DeleteObjectRequest, ProviderAccess, Revision } from "@kalends/model";
import type { DavLine } from "../dav-line.ts";
import { calendarUrl } from "../list-calendars.ts";
import { itemKey } from "./item-key.ts";
import { guardsFor } from "./put-object.ts";
import { readCurrent } from "./read-current.ts";
import { conflictOf, guardRefused, notShownYet, readWriteAnswer, refusalOf } from "./write-refusal.ts";

/**
 * Removes one item. Its revision is read again first, because some servers do not look at If-Match when they delete.
 * See `CalendarProvider.deleteObject`.
 */
export async function deleteObject(line: DavLine, access: ProviderAccess, request: DeleteObjectRequest): Promise<void> {
  const url = calendarUrl(access, request.calendar);
  const key = itemKey(url, request.target.remoteKey);
  const current = await readCurrent(line, url, key);
  const hidden = current === null && line.account.writes.isHidden(key);
  if (current === null && !hidden) return line.account.writes.forget(key);
  const { revision } = request.target;
  const now = current?.revision ?? null;
  if (revision !== null && now !== null && revision !== now) throw conflictOf({ remoteKey: key, revision: now, deleted: false });
  if (await removed(line, url, current?.wire ?? key, now ?? revision, request.notify)) return line.account.writes.forget(key);
  const left = await readCurrent(line, url, key);
  if (left === null && hidden) throw notShownYet();
  if (left !== null && (now ?? revision) === null) throw guardRefused();
  if (left !== null) throw conflictOf({ remoteKey: key, revision: left.revision, deleted: false });
  line.account.writes.forget(key);
}

/** `false`: the server holds the guard against the removal. Throws every other refusal. */
async function removed(line: DavLine, url: string, wire: string, told: Revision, notify: boolean): Promise<boolean> {
  for (const guard of guardsFor(told)) {
    // RFC 6638 section 8.1: no reply goes to the organizer of an invitation that is removed.
    const headers = { "if-match": guard, ...(notify ? {} : { "schedule-reply": "F" }) };
    const answer = await readWriteAnswer(line, await line.send({ method: "DELETE", url: new URL(url).origin + wire, headers }));
    if (answer.ok || answer.status === 404 || answer.status === 410) return true;
    if (answer.status !== 412) throw await refusalOf(line, url, answer);
  }
  return false;
}
