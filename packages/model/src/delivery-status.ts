import type { EventTime } from "./event-time.ts";

/**
 * What a status code says of a scheduling message (RFC 6638 section 3.2.9; classes of RFC 5546 section 3.6).
 *
 * - `pending`: not sent yet, or still under way (1.0, and other codes of class 1).
 * - `sent`: it left, and nobody knows whether it arrived, as with mail (1.1).
 * - `delivered`: it arrived (1.2), or the recipient's own system answered it (class 2).
 * - `recipient-unknown`: no such calendar user (3.7).
 * - `not-permitted`: the login may not send to that person (3.8).
 * - `failed-for-now`: a failure that may pass; a later change sends again (5.1).
 * - `undeliverable`: no way of delivery was found (5.2).
 * - `rejected`: that person takes no scheduling messages (5.3).
 * - `failed`: another code of class 3, 4 or 5.
 * - `unknown`: a code of no known class.
 */
export type DeliveryOutcome =
  | "pending"
  | "sent"
  | "delivered"
  | "recipient-unknown"
  | "not-permitted"
  | "failed-for-now"
  | "undeliverable"
  | "rejected"
  | "failed"
  | "unknown";

/** What the provider says became of the message to one person. */
export interface DeliveryStatus {
  /** Calendar address without `mailto:`, lower-cased. */
  address: string;
  /** An invitation or change went to an `attendee`, an answer to the `organizer`. */
  to: "attendee" | "organizer";
  /** Original start of the occurrence that the message is about; absent for the whole object. */
  recurrenceId?: EventTime;
  /** Status codes as the provider gave them, such as `1.2`; never empty. */
  codes: string[];
  /** What they mean; of several the worst. */
  outcome: DeliveryOutcome;
}
