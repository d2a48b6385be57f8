import { KalendsError } from "@kalends/model";
import type { PassKind, PulledPage, PullRequest } from "@kalends/model";

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
  const refuse = (why: string): never => {
    throw new KalendsError("answer-invalid", `A page of the provider was refused: ${why}`);
  };
  if (state.request.cursor === null && page.pass === "delta") refuse("changes were given where the whole was asked for");
  if (state.kind !== null && state.kind !== page.pass) refuse("the pass changed its kind between pages");
  if (page.nextPageToken !== null && page.nextPageToken === state.request.pageToken) refuse("the pass makes no progress");
  if (page.nextPageToken !== null && page.nextCursor !== null) refuse("it claims to be the last page and names another one");
  const removed = new Set(page.removed);
  for (const object of page.objects) {
    if (removed.has(object.remoteKey)) refuse("an item is both there and gone");
    if (object.events.length === 0) refuse("an item holds no event");
    if (object.events.some((event) => event.uid !== object.uid)) refuse("an item mixes events of several UIDs");
  }
}

export interface SweepCount {
  /** Objects stored now. */
  all: number;
  /** Of those, how many the finished snapshot did not name. */
  unseen: number;
  /** How many removals an earlier snapshot of this calendar was refused for, if it was. */
  refusedBefore: number | null;
}

/**
 * Decides whether a finished snapshot may remove what it did not name. A drop of more than half, or of everything, has
 * to be seen twice: a server that answers with an empty or short listing must not empty a calendar. Pure.
 */
export function sweepIsBelievable(count: SweepCount): boolean {
  if (count.unseen === 0) return true;
  const everything = count.unseen === count.all;
  const large = count.unseen > fewRemovals && count.unseen * 2 > count.all;
  if (!everything && !large) return true;
  return count.refusedBefore !== null && count.unseen <= count.refusedBefore;
}
