import type { PassKind, RemoteKey } from "@kalends/model";
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
  readonly #seen = new Map<string, Seen>();

  constructor(cursor: GoogleCursor | null, reach: string, calendarZone: string | null) {
    this.cursor = cursor;
    this.reach = reach;
    this.kind = cursor === null ? "snapshot" : "delta";
    this.calendarZone = calendarZone;
  }

  noteZone(timeZone: string | null): void {
    this.calendarZone = resolveZone(timeZone ?? "") ?? this.calendarZone;
  }

  /** Sorts the events of a page: the newest state of each single one, what is gone, and what waits with its series. */
  take(events: readonly GoogleEvent[]): TakenEvents {
    const page = new Map<string, GoogleEvent>();
    for (const event of events) {
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

  /** The list was read to its end. */
  end(syncToken: string | null, updated: string | null): void {
    this.syncToken = syncToken;
    this.updated = updated ?? this.cursor?.updated ?? null;
  }

  /** All of a series stands in the pass: it was made after the position that the delta starts from. */
  isWhole({ id, master }: SeriesParts): boolean {
    if (this.cursor?.again.includes(id) === true) return false;
    const [made, before] = [Date.parse(master?.created ?? ""), Date.parse(this.cursor?.updated ?? "")];
    return master !== null && Number.isFinite(made) && Number.isFinite(before) && made > before;
  }
}
