import { KalendsError } from "@kalends/model";
import type { CalendarObject, PassKind, PulledPage, PullRequest, RemoteKey } from "@kalends/model";

/** Below this many removals a snapshot's sweep is believed at once, unless it empties the calendar. */
const fewRemovals = 20;

/** Where a pass stands; what its next page is held against. */
export interface PassState {
  request: Pick<PullRequest, "cursor" | "pageToken">;
  /** Kind of the earlier pages, `null` on the first. */
  kind: PassKind | null;
}

/** Refuses a page that contradicts its request or itself. Throws `answer-invalid`; nothing was applied then. Pure. */
export function guardPage(page: PulledPage, state: PassState): void {
  if (state.request.cursor === null && page.pass === "delta") refuse("changes were given where the whole was asked for");
  if (state.kind !== null && state.kind !== page.pass) refuse("the pass changed its kind between pages");
  if (page.nextPageToken !== null && page.nextPageToken === state.request.pageToken) refuse("the pass makes no progress");
  if (page.nextPageToken !== null && page.nextCursor !== null) refuse("it claims to be the last page and names another one");
}

/** Refuses an object that is none. Throws `answer-invalid`. Pure. */
export function guardObject({ uid, events }: CalendarObject): void {
  if (events.length === 0) refuse("an item holds no event");
  for (const event of events) if (event.uid !== uid) refuse("an item mixes events of several UIDs");
}

/** Refuses a page whose objects it also calls gone. Throws `answer-invalid`. Pure. */
export function guardRemoved(removed: readonly RemoteKey[], objects: readonly { remoteKey: RemoteKey }[]): void {
  if (removed.length === 0) return;
  const gone = new Set(removed);
  for (const { remoteKey } of objects) if (gone.has(remoteKey)) refuse("an item is both there and gone");
}

function refuse(why: string): never {
  throw new KalendsError("answer-invalid", `A page of the provider was refused: ${why}`);
}

export interface SweepCount {
  /** Objects that were stored when the pass began; what it brought in itself must not outweigh what it misses. */
  before: number;
  /** Of those, how many the finished snapshot did not name. */
  unseen: number;
  /** How many of these a refused earlier snapshot did not name either; `null` where none was refused. */
  confirmed: number | null;
}

/**
 * Decides whether a finished snapshot may remove what it did not name. A drop of more than half, or of everything, has
 * to be seen twice: a server that answers with an empty or short listing must not empty a calendar. After such a drop only
 * what is missing from both readings counts as confirmed, for a server may fall short of something else each time. Pure.
 */
export function sweepIsBelievable(count: SweepCount): boolean {
  const unconfirmed = count.unseen - (count.confirmed ?? 0);
  if (unconfirmed === 0) return true;
  if (unconfirmed === count.before) return false;
  return unconfirmed <= fewRemovals || (count.confirmed === null && unconfirmed * 2 <= count.before);
}
