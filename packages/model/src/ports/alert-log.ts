/**
 * Why somebody should look.
 * - `needs-reauth`: a connection stopped, its owner has to connect again.
 * - `repeated-refusals`: a calendar was refused several times in a row, by its provider or by the guard.
 * - `quarantine-growth`: many items of a calendar were set aside at once.
 * - `chain-broken`: the audit log does not hold together.
 * - `retention-overdue`: rows that should be gone are still there.
 * - `clock-jumped`: the clock went ahead by more than a day, and removals wait until somebody confirms it.
 */
export type AlertKind = "needs-reauth" | "repeated-refusals" | "quarantine-growth" | "chain-broken" | "retention-overdue" | "clock-jumped";

export interface NewAlert {
  kind: AlertKind;
  /** Id of the connection, calendar or organization that it is about. */
  subject: string;
  /** Codes and counts; no event text. */
  detail: string;
  /** When it is escalated if nobody has acknowledged it, ms since the epoch. */
  escalateAt: number;
}

/** One append-only record: an alert that was raised, or what happened to it later. */
export interface AlertRecord {
  organizationId: string;
  /** 1, 2, 3, ... inside the organization. */
  sequence: number;
  /** Sequence of the record that raised the alert; its own for that one. Names the alert. */
  first: number;
  step: "raised" | "escalated" | "acknowledged";
  kind: AlertKind;
  subject: string;
  detail: string;
  /** Who acknowledged it; `kalends` for the other steps. */
  actor: string;
  /** Ms since the epoch. */
  at: number;
}

/** An alert that nobody has acknowledged. */
export interface OpenAlert {
  /** The record that raised it. */
  raised: AlertRecord;
  escalatedAt: number | null;
}

/** An organization's alerts. Each record also stands in the audit chain, written in the same transaction. */
export interface AlertLog {
  /** Returns the new alert's number, or `null` where one of that kind and subject is open. Queues its escalation. */
  raise(alert: NewAlert, at: number): Promise<number | null>;
  /** Returns false where it was acknowledged already. Throws `not-found`. */
  acknowledge(first: number, actor: string, at: number): Promise<boolean>;
  /** Adds the escalation record where the alert is still open and not escalated; returns whether it did. Throws `not-found`. */
  escalate(first: number, at: number): Promise<boolean>;
  /** Oldest first. */
  open(): Promise<OpenAlert[]>;
  /** Records with a sequence greater than `since`, in order, at most `limit`. */
  read(since: number, limit: number): Promise<AlertRecord[]>;
}
