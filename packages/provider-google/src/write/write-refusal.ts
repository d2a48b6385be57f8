import { KalendsError, type WriteConflict } from "@kalends/model";
import type { Refusal } from "../map-error.ts";

/** The item was changed or removed by somebody else. */
export function conflictOf(conflict: WriteConflict): KalendsError {
  const what = conflict.deleted ? "The event was deleted at Google meanwhile" : "The event changed at Google meanwhile";
  return new KalendsError("revision-conflict", what, { conflict });
}

/** The UID or id is taken. */
export function takenBy(remoteKey: string, revision: string | null): KalendsError {
  return new KalendsError("already-exists", "The calendar holds an event of this identity already", { conflict: { remoteKey, revision, deleted: false } });
}

/** What a refused write means that says nothing about the guard. */
export function errorOfWrite({ status, reason, error }: Refusal): KalendsError {
  if (status !== 400) return error;
  return new KalendsError("object-invalid", `Google does not take the event as it is${reason === "" ? "" : ` (${reason})`}`);
}
