/** One person on the page. */
export interface PagePerson {
  id: string;
  name: string;
  /** IANA zone in which the person lives. */
  zone: string;
}

/** Half-open, ISO 8601 instants in UTC. `kind` is busy, tentative, out-of-office, working-elsewhere or unknown. */
export interface PagePeriod {
  kind: string;
  from: string;
  to: string;
}

/** How well a calendar is known: synced lately, synced before, or never completely. */
export type PageFreshness = "fresh" | "stale" | "never";

export interface PageCalendar {
  id: string;
  periods: PagePeriod[];
  freshness: PageFreshness;
}

/** When people are busy, and nothing else of any event. */
export interface PageFreeBusy {
  people: {
    personId: string;
    /** All calendars of the person together. */
    periods: PagePeriod[];
    calendars: PageCalendar[];
    /** Every calendar is fresh and stored for the whole range: only then does a gap mean free. */
    complete: boolean;
  }[];
  /** All people together. */
  merged: PagePeriod[];
}

export interface PageError {
  code: string;
  remedy: string;
}

/** A connection that a person can make, or mend in place. */
export interface PageOffer {
  provider: string;
  /** What people call it, such as `Google Calendar`. */
  name: string;
  /** The connection to mend; `null` for a new one. */
  connectionId: string | null;
}

/** How the syncs of a person's calendars are doing. */
export interface PageStatus {
  personId: string;
  /** What the person can connect, where the page has a desk for it. */
  offers?: PageOffer[];
  /** What stands in the way of all the person's calendars, such as a refused login. */
  error: PageError | null;
  calendars: {
    id: string;
    name: string;
    freshness: PageFreshness;
    syncing: boolean;
    /** ISO 8601 instant of the last complete sync, or `null`. */
    lastSuccess: string | null;
    error: PageError | null;
  }[];
}

/** Something that changed. It names no event: the page shows free-busy only. */
export interface PageNews {
  /** ISO 8601 instant. */
  at: string;
  personId: string | null;
  /** Plain words for the live log, or `null` where only figures moved. */
  text: string | null;
}

/** What the page needs to know. Kalends answers all of it; see `kalends-source.ts`. */
export interface FreeBusySource {
  people(): Promise<PagePerson[]>;
  freeBusy(question: { personIds: readonly string[]; from: string; to: string }): Promise<PageFreeBusy>;
  status(): Promise<PageStatus[]>;
  /** Calls the listener after every change. The returned function ends it. */
  subscribe(listener: (news: PageNews) => void): () => void;
  /** Syncs everything now. Without it the page has no such button. */
  syncNow?(): Promise<void>;
}
