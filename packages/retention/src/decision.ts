import type { AccountId, ApplicationId } from "@kalends/model";
import type { RecordClass, RecordFact } from "./facts.ts";

/** Which line of the policy decided. A name never changes its meaning. */
export type RuleId =
  | "third-party-outside-window"
  | "third-party-no-authorization"
  | "partner-authorization-ended"
  | "credential-no-authorization"
  | "credential-refused"
  | "credential-disconnected"
  | "structure-no-authorization"
  | "smart-invite-over"
  | "operational-age"
  | "audit-age"
  | "erasure"
  | "authorized"
  | "permanent"
  | "not-yet-over"
  | "legal-hold";

/** What becomes of some rows. */
export interface Decision {
  accountId: AccountId | null;
  class: RecordClass;
  record: string;
  rows: number;
  fact: RecordFact;
  rule: RuleId;
  /** What the period counts from, ms since the epoch; `null`: no clock runs. */
  since: number | null;
  /** They go when the time is this or later, ms since the epoch; `null`: not by time. */
  due: number | null;
  /** `purge`: the time has come. */
  action: "purge" | "keep";
  /** Applications that may see nothing of it any more, although it is still there. */
  hiddenFrom: readonly ApplicationId[];
  /** A sentence that says what, why and when. */
  reason: string;
}
