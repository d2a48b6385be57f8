import type { Clock, Random } from "@kalends/model";
import type { CalendarStore } from "./calendars/calendar-store.ts";
import type { ChangeLog } from "./change-log.ts";
import type { PageBook } from "./page-book.ts";
import type { Hub } from "./push/hub.ts";
import type { Quota } from "./quota.ts";
import type { TokenBook } from "./oauth/token-book.ts";

/** Server behaviours that can be switched. */
export interface GoogleFeatures {
  /** Deleted events keep their details in answers, as on an organizer's calendar. Default off: only the id. */
  cancelledDetails: boolean;
  /** `ragged`: pages may be short or empty and still have a next one. Default `full`. */
  pages: "full" | "ragged";
  /** An access token's life. Default 3,599 s. */
  accessTokenMs: number;
  /** Age at which a sync token is refused with 410. Default: never. */
  syncTokenMs: number;
  /** Age at which a page token is refused. Default one hour. */
  pageTokenMs: number;
  /** How long a requested conference stays pending. Default 0: until it is read next. */
  conferenceMs: number;
  /** Longest range of a free-busy question. */
  freeBusyMs: number;
}

/** A calendar as one user's list shows it. */
export interface ListEntry {
  calendar: CalendarStore;
  primary: boolean;
  hidden: boolean;
  selected: boolean;
  colorId: string;
  summaryOverride?: string;
  deleted: boolean;
  etag: string;
}

export interface UserState {
  email: string;
  name: string;
  /** Stable number of the account. */
  sub: string;
  timeZone: string;
  /** Address part after the @ where the account belongs to an organization. */
  hostedDomain: string | null;
  list: Map<string, ListEntry>;
  listLog: ChangeLog;
  /** Unique among users and calendars; part of tokens. */
  serial: number;
}

/** A program registered at the sandbox. */
export interface ClientState {
  id: string;
  /** `null` for an installed program that has none. */
  secret: string | null;
  /** Name on the consent page. */
  name: string;
  /** Exact addresses. */
  redirectUris: string[];
  /** What quotas count by. */
  project: string;
  /** Every refresh hands out a new refresh token, and the old one is used up. */
  rotateRefreshTokens: boolean;
  /** Life of a refresh token, such as the 7 days of a program in testing. */
  refreshTokenMs: number;
}

/** A service account with the scopes that each domain delegated to it. */
export interface ServiceAccountState {
  email: string;
  clientId: string;
  project: string;
  /** PEM. */
  publicKey: string;
  privateKey: string;
  keyId: string;
  delegations: Map<string, ReadonlySet<string>>;
}

/** A mail that Google would have sent about an event. */
export interface SandboxMail {
  at: number;
  to: string;
  about: "invitation" | "update" | "cancellation" | "response";
  calendarId: string;
  eventId: string;
}

/** Everything that requests see. */
export interface GoogleState {
  clock: Clock;
  random: Random;
  /** `http://127.0.0.1:PORT`, without a slash; also the issuer. */
  origin: string;
  features: GoogleFeatures;
  users: Map<string, UserState>;
  calendars: Map<string, CalendarStore>;
  clients: Map<string, ClientState>;
  serviceAccounts: Map<string, ServiceAccountState>;
  tokens: TokenBook;
  pages: PageBook;
  hub: Hub;
  quota: Quota;
  mail: SandboxMail[];
  /** A number never given out before. */
  nextSerial(): number;
}

/** Who calls, and with what rights. */
export interface Caller {
  user: UserState;
  clientId: string;
  project: string;
  scopes: ReadonlySet<string>;
}
