import type { EventTiming, ZoneDefinition } from "@kalends/model";
import type { Cap } from "../recurrence/rule-output.ts";
import { ianaZoneTable } from "../zones/iana-zone.ts";
import { ZoneBook } from "../zones/zone-book.ts";
import { compileSeries, type CompiledSeries } from "./compile-series.ts";
import { eventFrame, instanceEnd, instanceStart, type EventFrame } from "./event-frame.ts";
import type { CompileSettings, QuerySettings } from "./expand-options.ts";
import { isRecurring, seriesOf, type SeriesMember } from "./series.ts";
import { isShown, touches, visitSeries, type FoundInstance, type VisitInstance } from "./visit-series.ts";

/** The events of one UID as one item holds them. */
export interface EventsOfUid<E extends EventTiming> {
  uid: string;
  events: readonly E[];
  zones?: readonly ZoneDefinition[] | undefined;
}

/** An event that happens once, with its span in UTC seconds. */
interface SingleEvent<E extends EventTiming> {
  uid: string;
  found: FoundInstance<E>;
}

interface NamedSeries<E extends EventTiming> {
  uid: string;
  series: CompiledSeries<E>;
}

/** The events of a calendar, joined by UID and bound to their zones, ready for any number of windows. */
export class CompiledCalendar<E extends EventTiming> {
  private readonly singles: SingleEvent<E>[] = [];
  private readonly series: NamedSeries<E>[] = [];
  /** Where the singles are sorted: start of each, and the latest end among it and those before it. */
  private starts: Float64Array | null = null;
  private latestEnds: Float64Array | null = null;
  private readonly settings: CompileSettings;
  /** Some time named a zone that nobody could resolve. */
  readonly unresolvedZone: boolean;

  /** Throws `zone-unknown` for the floating zone. */
  constructor(parts: readonly EventsOfUid<E>[], floatingZone: string, settings: CompileSettings) {
    this.settings = settings;
    const floating = ianaZoneTable(floatingZone);
    const plain = new ZoneBook(floating, []);
    const books = [plain];
    const byUid = new Map<string, SeriesMember<E>[]>();
    for (const part of parts) {
      const book = part.zones === undefined || part.zones.length === 0 ? plain : new ZoneBook(floating, part.zones);
      if (book !== plain) books.push(book);
      let members = byUid.get(part.uid);
      if (members === undefined) byUid.set(part.uid, (members = []));
      for (const event of part.events) members.push({ event, book });
    }
    for (const [uid, members] of byUid) this.add(uid, members);
    this.unresolvedZone = books.some((book) => book.unresolved);
  }

  private add(uid: string, members: readonly SeriesMember<E>[]): void {
    const only = members.length === 1 ? (members[0] as SeriesMember<E>) : undefined;
    if (only !== undefined && only.event.recurrenceId === undefined && !isRecurring(only.event)) {
      const frame = eventFrame(only.event, only.book);
      if (frame !== null) this.singles.push({ uid, found: singleInstance(only, frame) });
      return;
    }
    for (const series of seriesOf(members)) this.series.push({ uid, series: compileSeries(series, this.settings) });
  }

  /** Sorts the single events, so that a window finds its own without looking at all. Worth it from the second window on. */
  index(): this {
    const { singles } = this;
    singles.sort((a, b) => a.found.from - b.found.from);
    this.starts = Float64Array.from(singles, (single) => single.found.from);
    this.latestEnds = new Float64Array(singles.length);
    let latest = -Infinity;
    for (let i = 0; i < singles.length; i++) {
      const { from, to } = (singles[i] as SingleEvent<E>).found;
      this.latestEnds[i] = latest = Math.max(latest, to, from);
    }
    return this;
  }

  /** Visits every instance that touches the range, in no particular order. Returns what ended it early, if anything did. */
  visit(settings: QuerySettings, isOver: (() => boolean) | undefined, visit: (uid: string, found: FoundInstance<E>) => void): Cap | undefined {
    this.visitSingles(settings, visit);
    let capped: Cap | undefined;
    let current = "";
    const visitOne: VisitInstance<E> = (found) => visit(current, found);
    for (const { uid, series } of this.series) {
      if (isOver?.()) return "time";
      current = uid;
      capped = visitSeries(series, settings, visitOne) ?? capped;
    }
    return capped;
  }

  private visitSingles(settings: QuerySettings, visit: (uid: string, found: FoundInstance<E>) => void): void {
    const { singles, starts, latestEnds } = this;
    const from = settings.range.from / 1000;
    const to = settings.range.to / 1000;
    const first = latestEnds === null ? 0 : lowerBound(latestEnds, from);
    const end = starts === null ? singles.length : lowerBound(starts, to);
    for (let i = first; i < end; i++) {
      const { uid, found } = singles[i] as SingleEvent<E>;
      if (touches(found.from, found.to, settings) && isShown(found.member.event, settings)) visit(uid, found);
    }
  }
}

/** Index of the first entry of an ascending list that is at least `value`. */
function lowerBound(list: Float64Array, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function singleInstance<E extends EventTiming>(member: SeriesMember<E>, frame: EventFrame): FoundInstance<E> {
  const key = frame.startKey;
  const from = instanceStart(frame, key, member.book);
  const to = instanceEnd(frame, key, frame.length, member.book);
  return { member, from, to, stated: frame, statedKey: key, frame, key, overridden: false, asWritten: true };
}
