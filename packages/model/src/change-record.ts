import type { AccountId, CalendarId, ConnectionId, OrganizationId } from "./ids.ts";

/**
 * - `object-created`, `object-updated`, `object-removed`: a calendar object, named by `uid` and `remoteKey`.
 * - `calendar-added`, `calendar-changed`, `calendar-removed`: a calendar of a connection.
 * - `erasure-requested`: the account is being forgotten; drop what you hold of it. `connectionId` is empty.
 * - `connection-changed`: the state of a connection moved (e.g. to `needs-reauth`).
 */
export type ChangeKind =
  | "object-created"
  | "object-updated"
  | "object-removed"
  | "calendar-added"
  | "calendar-changed"
  | "calendar-removed"
  | "connection-changed"
  | "erasure-requested";

/** One entry of an organization's ordered, durable, gap-free change feed. */
export interface ChangeRecord {
  organizationId: OrganizationId;
  /** 1, 2, 3, ... inside the organization, without gap. */
  sequence: number;
  kind: ChangeKind;
  accountId: AccountId;
  connectionId: ConnectionId;
  calendarId: CalendarId | null;
  uid: string | null;
  remoteKey: string | null;
  /** When Kalends committed it, ms since the epoch. */
  at: number;
}

/** A change record before it has its number. */
export type NewChange = Omit<ChangeRecord, "organizationId" | "sequence" | "at">;
