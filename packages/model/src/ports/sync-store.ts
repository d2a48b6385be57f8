import type { NewApplicationRecord } from "../application-record.ts";
import type { BusySpan } from "../busy.ts";
import type { QuarantinedItem } from "../calendar-object.ts";
import type { NewChange } from "../change-record.ts";
import type { AccountId, CalendarId, Cursor, RemoteKey, Revision } from "../ids.ts";
import type { TimeRange } from "../time-range.ts";
import type { NewJob } from "./job-queue.ts";
import type { PassKind } from "./provider.ts";

/** A complete reading that would have removed too much to be believed at once. */
export interface RefusedReading {
  /** How many objects it did not name. */
  removals: number;
  /** Number of its pass: objects last seen by an earlier one are those that it missed. */
  pass: number;
}

/** The right to sync one calendar for a while. `token` grows with every claim; a batch under an older token is refused. */
export interface SyncClaim {
  calendarId: CalendarId;
  token: number;
  cursor: Cursor | null;
  /** Number of the last started pass; rows carry the pass that last saw them. */
  pass: number;
  /** Range for which objects and busy spans are stored; `null` before the first complete pass. */
  storedWindow: TimeRange | null;
  /** An earlier pass left objects changed and busy spans not derived. */
  spansBehind: boolean;
  /** A plan was refused and waits for a second opinion. */
  refusedRemovals: RefusedReading | null;
  /** An authorization became wider: what is stored holds too little, and the calendar has to be read whole. */
  rulesBehind: boolean;
  failures: number;
  lastSuccess: number | null;
  /** When a snapshot was last completed, ms since the epoch. */
  lastSnapshot: number | null;
  /** When a run last found that something had changed, ms since the epoch. */
  lastChange: number | null;
}

/** One calendar object as it is stored. Times in ms; `timing` is plain JSON for expansion, `content` is sealed. */
export interface StoredObject {
  remoteKey: RemoteKey;
  uid: string;
  revision: Revision;
  /**
   * Four keyed digests of 16 characters over what is kept: times, titles, other content, descriptions; 16 dashes where nothing is.
   * `outside` for an object outside every window.
   */
  digest: string;
  /** One of its events is marked private (or confidential, or with a word that nobody knows). */
  private: boolean;
  /** Start of the first instance and end of the last one, overrides included; `null`: endless. */
  first: number;
  last: number | null;
  /** JSON of `StoredTiming`. */
  timing: string;
  /**
   * True where the object lies outside every query window: then `timing` is `{"events":[]}` and nothing is sealed, and the row
   * only remembers that the item exists and when it comes near.
   */
  outside: boolean;
  /** Sealed JSON of the events' titles by position, or `null` where there is none to keep. */
  title: Uint8Array | null;
  /** Sealed JSON of the rest of the events' contents by position, or `null`. */
  content: Uint8Array | null;
  /** Sealed JSON of the events' descriptions by position, or `null`. */
  description: Uint8Array | null;
  /** Number of warnings, and their codes as JSON; no event text. */
  warnings: string | null;
}

/** Identity, revision, digest and extent of a stored object: what planning needs. */
export interface StoredMark {
  remoteKey: RemoteKey;
  uid: string;
  revision: Revision;
  digest: string;
  private: boolean;
  first: number;
  last: number | null;
}

/** Everything one page changes, applied in ONE transaction or not at all. */
export interface ApplyBatch {
  calendarId: CalendarId;
  token: number;
  pass: number;
  /** Objects to write (new or changed). */
  puts: StoredObject[];
  /** Stored objects to drop, by key and uid, each leaving a tombstone. */
  removes: { remoteKey: RemoteKey; uid: string }[];
  /** Items seen unchanged: only marked with the pass; a new revision is stored where it moved without a change. */
  seen: { remoteKey: RemoteKey; revision: Revision }[];
  /**
   * Items set aside; replaces earlier entries of the same key. An item that was put, seen or removed leaves the list; only one seen at the
   * very revision at which it was set aside stays, marked with the pass. A good copy stored earlier stays too and counts as seen.
   */
  quarantined: QuarantinedItem[];
  /** Keys that the provider says are gone, whether an object is stored or not: they leave the quarantine list. */
  gone?: readonly RemoteKey[];
  changes: NewChange[];
  /** What applications with a feed of their own are told; absent where there is none. */
  audience?: BatchAudience;
  /** The calendar's whole set of merged spans, replacing the stored one; `null`: leave as is, and mark them behind where objects changed. */
  busySpans: BusySpan[] | null;
  jobs: NewJob[];
  /** Present on the last page of a pass. */
  completed: {
    /** A completed snapshot also drops quarantined items that its pass did not see: they are gone. */
    pass: PassKind;
    cursor: Cursor | null;
    storedWindow: TimeRange;
    hints: Record<string, string> | null;
  } | null;
  /** Set or cleared by the guard. */
  refusedRemovals: RefusedReading | null;
  /** One audit line for the batch: plain words and counts. */
  audit: string;
  now: number;
}

/** The merged spans of an account's calendars. */
export type SpansByCalendar = ReadonlyMap<CalendarId, readonly BusySpan[]>;

/** Tells applications with a feed of their own about a change. */
export interface BatchAudience {
  accountId: AccountId;
  records: readonly NewApplicationRecord[];
  /**
   * Called inside the transaction where the change replaces busy spans, with the account's spans before and after it. Pure and without
   * waiting; what it returns is written after `records`. Only inside the transaction is it known what the other calendars hold.
   */
  busyMoved(before: SpansByCalendar, after: SpansByCalendar): NewApplicationRecord[];
}

export interface AppliedBatch {
  /** Sequence of the last change record written, or `null` where there was none. */
  lastSequence: number | null;
}

/**
 * How often a calendar is polled.
 * - `active`: it changed lately.
 * - `quiet`: it did not.
 * - `pushed`: the provider tells of changes, and polling only covers notifications that got lost.
 */
export type PollCadence = "active" | "quiet" | "pushed";

/** How a sync run ended, for the public status. */
export interface SyncOutcome {
  ok: boolean;
  errorCode: string | null;
  /** When the next try is due; `null`: not by itself. */
  nextTry: number | null;
  /** The run found changes. */
  changed?: boolean;
  /** Why the next try is due then. */
  cadence?: PollCadence;
}

/** The sync line's own door to storage. Always inside one organization. */
export interface SyncStore {
  /**
   * Claims the calendar for `leaseMs`; `null` where somebody else holds a live claim. A claim that the same holder could not release
   * (the disk was full, say) is taken over at once; the engine sees to it that one process runs a calendar once.
   */
  claim(calendarId: CalendarId, holder: string, now: number, leaseMs: number): Promise<SyncClaim | null>;
  /** Prolongs the claim. Throws `claim-lost` where the token is no longer the newest. */
  renew(calendarId: CalendarId, token: number, now: number, leaseMs: number): Promise<void>;
  /**
   * Ends the claim and records the outcome (`null`: only lets go); does nothing where the token is no longer the newest.
   * The time of the last success is set by the batch that completes a pass, not here.
   */
  release(calendarId: CalendarId, token: number, outcome: SyncOutcome | null, now: number): Promise<void>;
  /** Starts a pass and returns its number. `forgetCursor` drops a dead cursor in the same step. Throws `claim-lost`. */
  beginPass(calendarId: CalendarId, token: number, options: { forgetCursor: boolean }): Promise<number>;
  /**
   * Revisions of those keys that have stored objects. Leaves out objects that must be read again: `outside` ones that touch `window`, and
   * those last seen before the rules became wider.
   */
  revisionsOf(calendarId: CalendarId, keys: readonly RemoteKey[], window: TimeRange): Promise<Map<RemoteKey, Revision>>;
  marksOf(calendarId: CalendarId, keys: readonly RemoteKey[]): Promise<StoredMark[]>;
  /** Objects (quarantined items not among them) that passes before `pass` saw last, in key order, after `afterKey`. */
  unseen(calendarId: CalendarId, pass: number, afterKey: RemoteKey | null, limit: number): Promise<StoredMark[]>;
  /** Counts for the guard: all stored objects, and those not seen by `pass`. */
  countObjects(calendarId: CalendarId, pass: number): Promise<{ all: number; unseen: number }>;
  /** How many `outside` objects touch the window and so must be read again. */
  countEntering(calendarId: CalendarId, window: TimeRange): Promise<number>;
  /** Replaces the calendar's spans and stored window without a pass. Throws `claim-lost`. */
  replaceSpans(
    calendarId: CalendarId,
    token: number,
    spans: BusySpan[],
    storedWindow: TimeRange,
    told?: { audience: BatchAudience; now: number },
  ): Promise<void>;
  /** Timing of objects that may touch the range (no content), by remote key and UID, at most `limit` behind `after`. */
  timings(calendarId: CalendarId, range: TimeRange, after: { remoteKey: RemoteKey; uid: string } | null, limit: number): Promise<StoredTimingRow[]>;
  /** The same of all objects of these UIDs, whichever item holds them, all at once. */
  timingsOf(calendarId: CalendarId, uids: readonly string[], range: TimeRange): Promise<StoredTimingRow[]>;
  /** UIDs of which several items of the calendar hold a part: a series and overrides of it, stored apart. Few or none. */
  sharedUids(calendarId: CalendarId): Promise<string[]>;
  /** Throws `claim-lost` where the token is no longer the newest; then nothing was written. */
  applyBatch(batch: ApplyBatch): Promise<AppliedBatch>;
}

export interface StoredTimingRow {
  remoteKey: RemoteKey;
  uid: string;
  timing: string;
}
