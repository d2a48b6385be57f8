import { KalendsError, type PassKind, type RemoteKey } from "@kalends/model";
import { resolveZone } from "@kalends/ical";
import type { GoogleEvent } from "./events/google-event.ts";
import { isOlder, seriesOf, type SeriesParts } from "./events/read-series.ts";
import type { GoogleCursor } from "./google-cursor.ts";

/** What a page of a list leaves to hand on at once. */
export interface TakenEvents {
  singles: GoogleEvent[];
  removed: RemoteKey[];
}

/** A state that was handed on: enough to know an older one and the same one again. */
type Seen = Pick<GoogleEvent, "etag" | "status" | "updated" | "sequence">;

function seenOf({ etag, status, updated, sequence }: GoogleEvent): Seen {
  return { etag, status, ...(updated === undefined ? {} : { updated }), ...(sequence === undefined ? {} : { sequence }) };
}

/** No event is so large that this many of them are no page. */
const smallestPage = 10;

/** The scratch of one pass: what was handed on, and the series that wait for the end of the list. */
export class GooglePass {
  readonly cursor: GoogleCursor | null;
  readonly reach: string;
  readonly kind: PassKind;
  readonly series: Map<string, SeriesParts> = new Map();
  /** Events whose newer state came after an older one had been handed on. */
  readonly again: Set<string> = new Set();
  calendarZone: string | null;
  syncToken: string | null = null;
  updated: string | null = null;
  /** Items handed on so far. */
  items = 0;
  /** Events that one page may hold: less than was set where Google's pages turned out too large. */
  pageSize: number;
  readonly #seen = new Map<string, Seen>();
  readonly #pageTokens = new Set<string>();
  /** When the newest of all events was made, by Google's clock; those of earlier passes included. NaN: unknown. */
  #newest: number;

  constructor(cursor: GoogleCursor | null, reach: string, { calendarZone, pageSize }: { calendarZone: string | null; pageSize: number }) {
    this.cursor = cursor;
    this.reach = reach;
    this.kind = cursor === null ? "snapshot" : "delta";
    this.calendarZone = calendarZone;
    this.pageSize = pageSize;
    this.#newest = Date.parse(cursor?.updated ?? "");
  }

  /** Halves the pages twice, for a list that begins again: what was handed on is known, and not handed on twice. `false`: they are small. */
  shrink(): boolean {
    if (this.pageSize <= smallestPage) return false;
    this.pageSize = Math.max(smallestPage, Math.floor(this.pageSize / 4));
    this.#pageTokens.clear();
    return true;
  }

  /** Notes where the list goes on. Throws `answer-invalid` where that is a page it came from: such a list never ends. */
  goOn(pageToken: string): void {
    if (this.#pageTokens.has(pageToken)) throw new KalendsError("answer-invalid", "Google's list comes back to a page that it handed out before");
    this.#pageTokens.add(pageToken);
  }

  noteZone(timeZone: string | null): void {
    this.calendarZone = resolveZone(timeZone ?? "") ?? this.calendarZone;
  }

  /** Sorts the events of a page: the newest state of each single one, what is gone, and what waits with its series. */
  take(events: readonly GoogleEvent[]): TakenEvents {
    const page = new Map<string, GoogleEvent>();
    for (const event of events) {
      this.#noteMade(event);
      const before = page.get(event.id);
      if (before !== undefined && isOlder(event, before)) continue;
      page.delete(event.id);
      page.set(event.id, event);
    }
    const taken: TakenEvents = { singles: [], removed: [] };
    for (const event of page.values()) this.#sort(event, taken);
    return taken;
  }

  #sort(event: GoogleEvent, taken: TakenEvents): void {
    const isPart = event.recurringEventId !== undefined || event.recurrence.length > 0;
    if (this.#waits(event, isPart)) return;
    if (isPart) return this.#join(event);
    const cancelled = event.status === "cancelled";
    // It is no series, or none any more: instances that were named before go with it.
    this.series.delete(event.id);
    const seen = this.#seen.get(event.id);
    if (seen !== undefined) {
      const isNews = !isOlder(event, seen) && (event.etag !== seen.etag || event.status !== seen.status);
      if (isNews) this.again.add(event.id);
      return;
    }
    this.#seen.set(event.id, seenOf(event));
    // Nothing is called gone in a snapshot: what it does not name is.
    if (!cancelled) taken.singles.push(event);
    else if (this.kind === "delta") taken.removed.push(event.id);
  }

  /** An item that was handed on as a single event, or as gone, and has a part of a series now: it is looked at again by the next pass. */
  #waits(event: GoogleEvent, isPart: boolean): boolean {
    const id = seriesOf(event);
    const seen = this.#seen.get(id);
    if (!isPart || seen === undefined) return false;
    // Cancelled instances of what is no series any more say nothing.
    if (event.status !== "cancelled") this.again.add(id);
    return true;
  }

  #join(event: GoogleEvent): void {
    const id = seriesOf(event);
    const parts = this.series.get(id) ?? { id, master: null, instances: [] };
    if (event.id === id) {
      if (parts.master === null || !isOlder(event, parts.master)) parts.master = event;
    } else {
      const at = parts.instances.findIndex((instance) => instance.id === event.id);
      const before = parts.instances[at];
      if (before === undefined) parts.instances.push(event);
      else if (!isOlder(event, before)) parts.instances[at] = event;
    }
    this.series.set(id, parts);
  }

  #noteMade({ created }: GoogleEvent): void {
    const made = Date.parse(created ?? "");
    if (Number.isFinite(made) && !(made <= this.#newest)) this.#newest = made;
  }

  /**
   * The list was read to its end. Google's own time of the last change may lag behind what it listed, so the newest event counts too: whatever
   * was made later than this was never listed.
   */
  end(syncToken: string | null, updated: string | null): void {
    this.syncToken = syncToken;
    const told = Date.parse(updated ?? "");
    const newest = Number.isFinite(told) && !(told <= this.#newest) ? told : this.#newest;
    this.updated = Number.isFinite(newest) ? new Date(newest).toISOString() : null;
  }

  /** All of a series stands in the pass: it was made after the position that the delta starts from. */
  isWhole({ id, master }: SeriesParts): boolean {
    if (this.cursor?.again.includes(id) === true) return false;
    const [made, before] = [Date.parse(master?.created ?? ""), Date.parse(this.cursor?.updated ?? "")];
    return master !== null && Number.isFinite(made) && Number.isFinite(before) && made > before;
  }
}
