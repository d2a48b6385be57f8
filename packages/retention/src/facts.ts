import type { AccountId, ApplicationId, AuthorizationId } from "@kalends/model";

/** One right of an application, now or in the past. All times are ms since the epoch. */
export interface AuthorizationFact {
  id: AuthorizationId;
  applicationId: ApplicationId;
  /** `null`: it is active. */
  endedAt: number | null;
}

/** Rows that share the facts that a rule asks for. */
interface Rows {
  /** Names the rows for reports: a connection, a table. No text of a person. */
  record: string;
  rows: number;
}

/** Some rows of one class, with what its rules ask for. */
export type RecordFact = Rows &
  (
    | {
        class: "third-party-event";
        /**
         * When they left the union of the query windows into the past; `null` where any part is inside or ahead. A series is one row: as long
         * as one occurrence is inside, it has not left.
         */
        leftWindowAt: number | null;
      }
    | { class: "partner-event"; applicationId: ApplicationId }
    | { class: "credential"; refusedAt: number | null; disconnectedAt: number | null }
    | { class: "structure" }
    | {
        class: "smart-invite";
        /** End of the last occurrence; `null`: endless. */
        eventEndsAt: number | null;
        /** When an endless one was cancelled. */
        cancelledAt: number | null;
      }
    | { class: "operational"; writtenAt: number }
    | { class: "audit"; writtenAt: number }
    | { class: "configuration" }
  );

export type RecordClass = RecordFact["class"];

export const recordClasses: readonly RecordClass[] = [
  "third-party-event", "partner-event", "credential", "structure", "smart-invite", "operational", "configuration", "audit",
];

/** What is held of one account. */
export interface AccountFacts {
  accountId: AccountId;
  createdAt: number;
  authorizations: readonly AuthorizationFact[];
  /** When a request to be forgotten was accepted. */
  erasureRequestedAt: number | null;
  records: readonly RecordFact[];
}

/** Everything that the rules decide on. */
export interface RetentionFacts {
  accounts: readonly AccountFacts[];
  /** What belongs to no account. */
  shared: readonly RecordFact[];
}
