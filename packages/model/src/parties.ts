import { z } from "zod";
import type { AccountId, ApplicationId, AuthorizationId, CalendarId, ConnectionId, OrganizationId, ProviderId } from "./ids.ts";
import { queryWindowSchema, type QueryWindow } from "./time-range.ts";

/** The isolation wall. `createdAt` and all other stored times are milliseconds since the epoch. */
export interface Organization {
  id: OrganizationId;
  name: string;
  createdAt: number;
}

/** A program of the integrator inside an organization. Holds no end-user data. */
export interface Application {
  organizationId: OrganizationId;
  id: ApplicationId;
  name: string;
  window: QueryWindow;
  /** The most that its authorizations may be granted. */
  scopes: Scope[];
  /** Whether a change feed of its own is kept for it. The host's own application has none: it reads the organization's. */
  feed: boolean;
  createdAt: number;
}

/** An end user whose calendars are connected. */
export interface Account {
  organizationId: OrganizationId;
  id: AccountId;
  /** The host application's own id of the user, if it gave one; unique inside the organization. */
  externalId: string | null;
  displayName: string | null;
  /** IANA zone in which the account's all-day and floating times are read. */
  timeZone: string;
  createdAt: number;
}

export type ConnectionState = "connected" | "needs-reauth" | "suspended" | "disconnected";

/** One login of an account at one provider. Owns one sealed credential, kept apart. */
export interface Connection {
  organizationId: OrganizationId;
  id: ConnectionId;
  accountId: AccountId;
  provider: ProviderId;
  state: ConnectionState;
  /** The provider's stable name of the login (principal address, subject); a reconnect must match it. */
  remoteIdentity: string;
  /** What a person would call it: an address or host name. */
  label: string;
  /** What the adapter found at discovery and needs again: plain text pairs without secrets. */
  endpoint: Record<string, string>;
  createdAt: number;
  /** Last complete read of the calendar list, ms since the epoch. */
  listedAt: number | null;
  /** The provider asked this login to send nothing before this time (Retry-After), ms since the epoch. */
  pausedUntil: number | null;
  errorCode: string | null;
  /** Scopes that the provider granted, where it grants scopes. */
  grantedScopes: string[] | null;
}

export type Scope =
  | "read_account"
  | "list_calendars"
  | "read_free_busy"
  | "read_events"
  | "create_event"
  | "delete_event"
  | "change_participation_status";

export const scopes: readonly Scope[] = [
  "read_account",
  "list_calendars",
  "read_free_busy",
  "read_events",
  "create_event",
  "delete_event",
  "change_participation_status",
];

/** How much of an event an authorization reaches. */
export type DetailLevel = "busy" | "title" | "full";

/** An application's right to an account. */
export interface Authorization {
  organizationId: OrganizationId;
  id: AuthorizationId;
  applicationId: ApplicationId;
  accountId: AccountId;
  scopes: Scope[];
  detail: DetailLevel;
  noDescriptions: boolean;
  /** The owner of the account lets this authorization see events marked private; counts at the detail level `full` only. */
  privateEvents: boolean;
  excludedCalendarIds: CalendarId[];
  /** Calendars in which it may also change events that the application did not write. */
  raisedCalendarIds: CalendarId[];
  state: "active" | "ended";
  createdAt: number;
  endedAt: number | null;
  endReason: string | null;
}

/** A collection of calendar objects (RFC 4791 section 4.2), as Kalends keeps it. */
export interface Calendar {
  organizationId: OrganizationId;
  id: CalendarId;
  connectionId: ConnectionId;
  accountId: AccountId;
  /** The provider's id or href of the calendar. */
  remoteKey: string;
  name: string;
  color: string | null;
  /** IANA zone, where the provider tells one; else the account's zone is used. */
  timeZone: string | null;
  readOnly: boolean;
  /** What the adapter needs again for this calendar: plain text pairs. */
  hints: Record<string, string>;
  createdAt: number;
  /** When the calendar was found gone at the provider; its objects are removed then. */
  removedAt: number | null;
}

const id = z.string().min(1).max(128);

export const accountInputSchema: z.ZodType<{ externalId?: string | undefined; displayName?: string | undefined; timeZone?: string | undefined }> = z.object({
  externalId: id.optional(),
  displayName: z.string().max(256).optional(),
  timeZone: z.string().min(1).max(64).optional(),
});
const scopeSchema: z.ZodType<Scope> = z.enum(["read_account", "list_calendars", "read_free_busy", "read_events", "create_event", "delete_event", "change_participation_status"]);
const ids = z.array(id).max(5_000);

export const applicationInputSchema: z.ZodType<{
  name: string;
  window?: QueryWindow | undefined;
  scopes?: Scope[] | undefined;
  feed?: boolean | undefined;
}> = z.object({
  name: z.string().min(1).max(256),
  window: queryWindowSchema.optional(),
  scopes: z.array(scopeSchema).optional(),
  feed: z.boolean().optional(),
});

export const authorizationLimitsSchema: z.ZodType<{
  scopes?: Scope[] | undefined;
  detail?: DetailLevel | undefined;
  noDescriptions?: boolean | undefined;
  privateEvents?: boolean | undefined;
  excludedCalendarIds?: CalendarId[] | undefined;
}> = z.object({
  scopes: z.array(scopeSchema).optional(),
  detail: z.enum(["busy", "title", "full"]).optional(),
  noDescriptions: z.boolean().optional(),
  privateEvents: z.boolean().optional(),
  excludedCalendarIds: ids.optional(),
});

export const organizationIdSchema: z.ZodType<OrganizationId> = id;
