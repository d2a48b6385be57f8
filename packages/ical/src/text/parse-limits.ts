/** Bounds of reading. Beyond one of them an item is refused or shortened, with a reason; reading never slows down or swells without end. */
export interface ParseLimits {
  /** Longest text in UTF-16 code units. Refused beyond: `object-too-large`. */
  maxCharacters: number;
  /** Longest unfolded line. A longer one is ignored with a warning; where it would hold times, its event is refused. */
  maxLineCharacters: number;
  /** Deepest nesting of components. Refused beyond. */
  maxDepth: number;
  /** Most EXDATE and RDATE values of one event. The event is refused beyond. */
  maxDates: number;
  /** Most RRULEs, and most EXRULEs, of one event. The event is refused beyond. */
  maxRules: number;
  /** Most events (master and overrides) of one UID. The UID is refused beyond. */
  maxEventsPerUid: number;
  /** Longest UID in bytes of UTF-8. The UID is refused beyond: databases find objects by it, and their indexes hold no more. */
  maxUidBytes: number;
  /** Most attendees and categories kept of one event. */
  maxListEntries: number;
  /** Most properties of one event that are looked at without a warning. */
  maxProperties: number;
  /** Most observances of one VTIMEZONE. The zone is not used beyond. */
  maxObservances: number;
  /** Most warnings kept. */
  maxWarnings: number;
}

export const defaultParseLimits: ParseLimits = {
  maxCharacters: 64 * 1024 * 1024,
  maxLineCharacters: 1024 * 1024,
  maxDepth: 64,
  maxDates: 20_000,
  maxRules: 50,
  maxEventsPerUid: 10_000,
  maxUidBytes: 1000,
  maxListEntries: 2000,
  maxProperties: 10_000,
  maxObservances: 1000,
  maxWarnings: 200,
};
