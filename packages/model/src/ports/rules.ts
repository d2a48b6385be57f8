import type { AccountId, ApplicationId, CalendarId } from "../ids.ts";
import type { Application, Authorization } from "../parties.ts";
import type { TimeRange } from "../time-range.ts";
import type { NewApplicationRecord } from "../application-record.ts";
import type { AuditEntry } from "./audit-log.ts";
import type { NewJob } from "./job-queue.ts";

/** What everybody together may see of an account, and the number of the last change of it. */
export interface AccountRules {
  accountId: AccountId;
  /** Grows with every change; a change is planned against one number and refused where it moved. */
  generation: number;
  authorizations: Authorization[];
  applications: Application[];
}

/** How much of an account's events may stay stored. */
export interface KeptDetail {
  window: TimeRange;
  titles: boolean;
  /** Content beyond titles and descriptions. */
  content: boolean;
  descriptions: boolean;
  /** Content of events marked private. */
  privateEvents: boolean;
}

/** What changes for one account. */
export interface AccountRulesUpdate {
  accountId: AccountId;
  /** The generation that the update was planned against. */
  expected: number;
  /** Everything beyond it goes: texts, times and spans outside the window. `null`: nothing is dropped. */
  keep: KeptDetail | null;
  /** Calendars that nobody needs any more: objects, spans, positions and jobs go, each visible object leaving a change record. */
  empty: CalendarId[];
  /** What is stored holds too little: every calendar is to be read whole. */
  reread: boolean;
  jobs: NewJob[];
}

/** A change of who may see what, applied in ONE transaction with everything that it drops. */
export interface RulesUpdate {
  /** Written where it is given. */
  application: Application | null;
  authorizations: Authorization[];
  accounts: AccountRulesUpdate[];
  /** Earlier records of these pairs leave the application's feed: they tell more than it may know now. */
  forget: { applicationId: ApplicationId; accountId: AccountId }[];
  records: NewApplicationRecord[];
  /** What is written down, in ids and counts. */
  audit: AuditEntry[];
  now: number;
}
