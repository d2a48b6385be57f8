import { createHash } from "node:crypto";
import { inspectCalendarText, type CalendarTextFacts } from "./inspect-calendar-text.ts";

/** One stored member of a calendar. */
export interface StoredMember {
  /** File name as the client chose it, decoded. */
  name: string;
  text: string;
  /** Strong ETag, quotes included; equal texts have equal ETags. */
  etag: string;
  /** The calendar's revision at which this member last changed. */
  revision: number;
  /** `null` for a planted object that no server would have accepted. */
  facts: CalendarTextFacts | null;
}

interface LogEntry {
  revision: number;
  name: string;
  at: number;
}

/** Properties of a calendar that clients see and may set. */
export interface CalendarProperties {
  displayName: string;
  color: string | null;
  /** VTIMEZONE text (RFC 4791 section 5.2.2), or `null`. */
  timeZone: string | null;
  description: string | null;
  components: string[];
  readOnly: boolean;
  /** Address of the feed that this is a subscription of, or `null` for a calendar of its own. */
  source: string | null;
}

/** A position as a sync token states it: everything up to `known` was listed, removals from `base` on were not. */
export interface SyncPosition {
  known: number;
  base: number;
}

/** What happened since a position, in the order of revisions. */
export interface SyncDelta {
  changed: StoredMember[];
  removed: string[];
  /** Where the next request goes on; `more` says that the list was cut. */
  position: SyncPosition;
  more: boolean;
}

/** The members of one calendar with a numbered change log. Members are kept in the order of their last change. */
export class CalendarStore {
  readonly properties: CalendarProperties;
  /** Unique among all calendars that ever existed in the sandbox; part of every token. */
  readonly serial: number;
  private readonly members = new Map<string, StoredMember>();
  private readonly names = new Map<string, string>();
  private log: LogEntry[] = [];
  private current = 0;
  private propertyChanges = 0;
  private prunedThrough = 0;
  private tokenGeneration = 1;

  constructor(serial: number, properties: CalendarProperties) {
    this.serial = serial;
    this.properties = properties;
  }

  get size(): number {
    return this.members.size;
  }

  get revision(): number {
    return this.current;
  }

  /** Moves with every change of members or properties. */
  get ctag(): string {
    return `${this.serial}-${this.current}-${this.propertyChanges}`;
  }

  get generation(): number {
    return this.tokenGeneration;
  }

  all(): IterableIterator<StoredMember> {
    return this.members.values();
  }

  find(name: string): StoredMember | undefined {
    return this.members.get(name);
  }

  nameOfUid(uid: string): string | undefined {
    return this.names.get(uid);
  }

  /** Stores a text. The same text again changes nothing. `facts` is `null` for a planted broken object. */
  put(name: string, text: string, facts: CalendarTextFacts | null, at: number): StoredMember {
    const before = this.members.get(name);
    const etag = `"${createHash("sha256").update(text).digest("hex").slice(0, 24)}"`;
    if (before?.etag === etag) return before;
    if (before) this.forget(before);
    const member: StoredMember = { name, text, etag, revision: this.record(name, at), facts };
    this.members.set(name, member);
    if (facts) this.names.set(facts.uid, name);
    return member;
  }

  remove(name: string, at: number): boolean {
    const member = this.members.get(name);
    if (!member) return false;
    this.forget(member);
    this.record(name, at);
    return true;
  }

  touchProperties(): void {
    this.propertyChanges++;
  }

  /** Makes every token that was handed out so far invalid. */
  expireTokens(): void {
    this.tokenGeneration++;
    this.prunedThrough = this.current;
    this.log = [];
  }

  /** Forgets changes made before `limit`; tokens that would need them are dead from then on. */
  prune(limit: number): void {
    const keep = this.log.findIndex((entry) => entry.at >= limit);
    const cut = keep === -1 ? this.log.length : keep;
    if (cut === 0) return;
    this.prunedThrough = this.log[cut - 1]?.revision ?? this.prunedThrough;
    this.log.splice(0, cut);
  }

  /** At most `limit` changes since `position` (`null`: everything). Answers `"expired"` where the log does not reach back. */
  since(position: SyncPosition | null, limit: number): SyncDelta | "expired" {
    const start = position ?? { known: 0, base: this.current };
    if (start.base < this.prunedThrough || start.known > this.current || start.base > this.current) return "expired";
    const touched = this.touchedSince(start);
    const changed: StoredMember[] = [];
    const removed: string[] = [];
    for (const [name, revision] of touched) {
      if (changed.length + removed.length === limit) {
        const known = revision - 1;
        return { changed, removed, position: { known, base: Math.max(start.base, known) }, more: true };
      }
      const member = this.members.get(name);
      if (member) changed.push(member);
      else removed.push(name);
    }
    return { changed, removed, position: { known: this.current, base: this.current }, more: false };
  }

  /** Names by last revision, in order: members changed after `known`, and names gone after `base`. */
  private touchedSince(start: SyncPosition): Map<string, number> {
    const touched = new Map<string, number>();
    for (let index = this.firstAfter(Math.min(start.base, start.known)); index < this.log.length; index++) {
      const entry = this.log[index];
      if (!entry) continue;
      touched.delete(entry.name);
      const member = this.members.get(entry.name);
      if (member ? entry.revision > start.known : entry.revision > start.base) touched.set(entry.name, entry.revision);
    }
    if (start.known >= start.base) return touched;
    const merged = new Map<string, number>();
    for (const member of this.members.values()) if (member.revision > start.known) merged.set(member.name, member.revision);
    for (const [name, revision] of touched) if (!this.members.has(name)) merged.set(name, revision);
    return new Map([...merged].sort((left, right) => left[1] - right[1]));
  }

  private firstAfter(revision: number): number {
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.log[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private record(name: string, at: number): number {
    this.current++;
    this.log.push({ revision: this.current, name, at });
    return this.current;
  }

  private forget(member: StoredMember): void {
    this.members.delete(member.name);
    if (member.facts && this.names.get(member.facts.uid) === member.name) this.names.delete(member.facts.uid);
  }
}

/** Facts of a text, or `null` where it is not a calendar object. */
export function factsOrNull(text: string): CalendarTextFacts | null {
  try {
    return inspectCalendarText(text);
  } catch {
    return null;
  }
}
