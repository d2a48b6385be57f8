import type { CalendarId, ConnectionId } from "./ids.ts";
import type { JobKind } from "./ports/job-queue.ts";
import type { ConnectionState } from "./parties.ts";
import type { PollCadence } from "./ports/sync-store.ts";

/** What a calendar's sync is doing. `first-sync`: no complete pass yet; `delayed`: waiting for its next try after a failure. */
export type SyncPhase = "first-sync" | "idle" | "syncing" | "delayed" | "stopped";

/** Public status of one calendar. Times are ISO 8601 instants in UTC. */
export interface CalendarStatus {
  calendarId: CalendarId;
  connectionId: ConnectionId;
  name: string;
  phase: SyncPhase;
  lastSuccess: string | null;
  /** Milliseconds since the last complete sync. */
  freshnessMs: number | null;
  nextTry: string | null;
  /** Failures in a row. */
  failures: number;
  error: StatusError | null;
  objects: number;
  quarantined: number;
  /** Items with warnings such as an unresolved zone. */
  warnings: number;
  /** How often it is polled, by the last run that succeeded. */
  polling: PollCadence | null;
  /** The provider tells of changes until then; `null`: it does not. */
  push: { until: string; lastNotified: string | null } | null;
}

/** What the subject of a job is. */
export type JobAbout = "calendar" | "connection" | "account" | "alert" | "erasure" | "organization";

/** A job that was set aside: it failed several times in a row, in a way that waiting does not mend. Times are ISO 8601 instants in UTC. */
export interface DeadLetterStatus {
  kind: JobKind;
  /** Id of what the job is about; of an alert its number. */
  subject: string;
  about: JobAbout;
  /** What people call the subject: a calendar's name, a connection's label, an account's external id. `null` where it has none, or is gone. */
  name: string | null;
  /** What is not done as long as it lasts. One sentence. */
  effect: string;
  /** What to do, besides the error's own remedy. One sentence. */
  todo: string;
  error: StatusError;
  failures: number;
  since: string;
  /** It is tried once a day all the same. */
  nextTry: string;
}

export interface StatusError {
  code: string;
  remedy: string;
  docs: string;
}

/** Public status of one connection and its calendars. */
export interface ConnectionStatus {
  connectionId: ConnectionId;
  accountId: string;
  provider: string;
  label: string;
  state: ConnectionState;
  error: StatusError | null;
  /** When the calendar list was last read completely. */
  lastListed: string | null;
  calendars: CalendarStatus[];
}
