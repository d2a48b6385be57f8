import type { DeleteObjectRequest } from "@kalends/model";
import { eventPath } from "../events/event-list.ts";
import type { GoogleLine } from "../google-line.ts";
import { openWriting } from "./put-object.ts";
import { checkKey, readCurrent } from "./read-current.ts";
import { conflictOf, errorOfWrite } from "./write-refusal.ts";

/** See `CalendarProvider.deleteObject`. A series goes with all its instances. */
export async function deleteObject(line: GoogleLine, request: DeleteObjectRequest): Promise<void> {
  const key = checkKey(request.target.remoteKey);
  const writing = openWriting(line, request);
  const current = await readCurrent(writing, key);
  if (current === null) return;
  const { revision } = request.target;
  if (revision !== null && current.object.revision !== revision) throw conflictOf({ remoteKey: key, revision: current.object.revision, deleted: false });
  const answer = await line.attempt({
    method: "DELETE",
    path: eventPath(writing.calendar, key),
    query: { sendUpdates: request.notify ? "all" : "none" },
    ifMatch: current.parts.master?.etag ?? undefined,
    place: "item",
  });
  if (answer.ok || answer.refusal.status === 404 || answer.refusal.status === 410) return;
  if (answer.refusal.status !== 412) throw errorOfWrite(answer.refusal);
  const now = await readCurrent(writing, key);
  if (now !== null) throw conflictOf({ remoteKey: key, revision: now.object.revision, deleted: false });
}
