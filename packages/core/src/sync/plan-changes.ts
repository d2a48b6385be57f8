import type { ChangeKind, NewChange, RemoteKey, Revision, StoredMark, StoredObject } from "@kalends/model";
import { groupBy } from "../group-by.ts";
import { outsideDigest } from "./seal-object.ts";

/** What one page changes in the stored calendar. */
export interface ChangePlan {
  puts: StoredObject[];
  removes: { remoteKey: RemoteKey; uid: string }[];
  seen: { remoteKey: RemoteKey; revision: Revision }[];
  changes: NewChange[];
  /** What became of each object that changed, for those who are told only a part of it. */
  moves: ObjectMove[];
}

/** What of a stored object decides who sees it and its changes. */
export type ObjectTrace = Pick<StoredMark, "digest" | "private" | "first" | "last">;

/** One object before and after; `null`: not there. */
export interface ObjectMove {
  uid: string;
  before: ObjectTrace | null;
  after: ObjectTrace | null;
}

export interface PlanInput {
  /** Items of the page in stored form; all objects of one item together. */
  objects: readonly StoredObject[];
  /** Items named as unchanged, with the revision that is stored. */
  present: readonly { remoteKey: RemoteKey; revision: Revision }[];
  /** Items that are gone. */
  removed: readonly RemoteKey[];
  /** Items of which something could not be read: nothing stored of them may be taken for gone. */
  quarantined?: ReadonlySet<RemoteKey>;
  /** What is stored of all those keys. */
  stored: readonly StoredMark[];
  subject: { accountId: string; connectionId: string; calendarId: string };
}

/** Compares a page with what is stored. Pure; the digest decides what changed, the revision is only carried along. */
export function planChanges(input: PlanInput): ChangePlan {
  const plan: ChangePlan = { puts: [], removes: [], seen: [...input.present], changes: [], moves: [] };
  const record = (kind: ChangeKind, remoteKey: RemoteKey, uid: string): void => {
    plan.changes.push({ kind, ...input.subject, uid, remoteKey });
  };
  const storedByKey = groupBy(input.stored, ({ remoteKey }) => remoteKey);
  const objectsByKey = groupBy(input.objects, ({ remoteKey }) => remoteKey);

  for (const [remoteKey, objects] of objectsByKey) {
    const before = new Map((storedByKey.get(remoteKey) ?? []).map((mark) => [mark.uid, mark]));
    for (const object of objects) {
      const mark = before.get(object.uid);
      before.delete(object.uid);
      if (mark?.digest === object.digest) {
        // Where it lies may have moved even though nothing of it is kept.
        if (object.outside) plan.puts.push(object);
        else plan.seen.push({ remoteKey, revision: object.revision });
        continue;
      }
      plan.puts.push(object);
      plan.moves.push({ uid: object.uid, before: mark ?? null, after: object });
      const kind = visibleChange(mark?.digest, object.digest);
      if (kind !== null) record(kind, remoteKey, object.uid);
    }
    if (input.quarantined?.has(remoteKey) === true) continue;
    for (const mark of before.values()) remove(mark);
  }
  for (const remoteKey of new Set(input.removed)) {
    for (const mark of storedByKey.get(remoteKey) ?? []) remove(mark);
  }
  return plan;

  function remove(mark: StoredMark): void {
    plan.removes.push({ remoteKey: mark.remoteKey, uid: mark.uid });
    plan.moves.push({ uid: mark.uid, before: mark, after: null });
    if (mark.digest !== outsideDigest) record("object-removed", mark.remoteKey, mark.uid);
  }
}

/** An object outside every window is invisible: crossing the edge looks like coming or going. */
function visibleChange(before: string | undefined, after: string): ChangeKind | null {
  const wasVisible = before !== undefined && before !== outsideDigest;
  const isVisible = after !== outsideDigest;
  if (wasVisible && isVisible) return "object-updated";
  if (isVisible) return "object-created";
  return wasVisible ? "object-removed" : null;
}
