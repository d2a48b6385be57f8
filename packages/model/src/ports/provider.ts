import type { CalendarObject, QuarantinedItem } from "../calendar-object.ts";
import type { CalendarSubscription } from "../calendar-subscription.ts";
import type { Credential, OAuthCredential } from "../credential.ts";
import type { DeliveryStatus } from "../delivery-status.ts";
import type { Cursor, PageToken, ProviderId, RemoteKey, Revision } from "../ids.ts";
import type { TimeRange } from "../time-range.ts";
import type { AuthorizationAddress, AuthorizationRequest, ExchangeRequest, GrantedLogin, LoginIdentity, RevokeRequest } from "./provider-grant.ts";
import type { CalendarWatchRequest, InboundNotification, NotificationReading, OpenedWatch, UnwatchRequest, WatchRequest } from "./provider-watch.ts";

/** One opened login, handed to each call. The adapter keeps nothing of it. */
export interface ProviderAccess {
  /** What `connect` found: plain text pairs. */
  endpoint: Readonly<Record<string, string>>;
  credential: Credential;
  signal?: AbortSignal;
  /**
   * Renews an OAuth credential that ran out or was refused: asks the provider's token endpoint, stores the new one, returns it.
   * Throws where the grant was revoked. Absent: a refused token is `auth-failed`.
   */
  renew?: (refused: Credential) => Promise<Credential>;
}

/** A calendar as the provider lists it. */
export interface RemoteCalendar {
  remoteKey: RemoteKey;
  name: string;
  color: string | null;
  /** IANA zone, where the provider tells one. */
  timeZone: string | null;
  readOnly: boolean;
  /** What the adapter wants back at `pullPage`: plain text pairs. A change here alone is no visible change. */
  hints: Record<string, string>;
}

/**
 * - `delta`: changes since the cursor; what is not mentioned is unchanged.
 * - `snapshot`: the complete set of the window; what is not mentioned by the last page is gone.
 */
export type PassKind = "delta" | "snapshot";

export interface PullRequest {
  calendar: { remoteKey: RemoteKey; hints: Readonly<Record<string, string>> };
  /** `null`: no position is known, answer with a snapshot. */
  cursor: Cursor | null;
  /** `null`: first page of the pass. */
  pageToken: PageToken | null;
  /** What must be read at least. An adapter may read more; it may never read less. */
  window: TimeRange;
  /** Stored revisions of those keys that are stored. Lets an adapter skip the download of what is unchanged. */
  revisionsOf(keys: readonly RemoteKey[]): Promise<ReadonlyMap<RemoteKey, Revision>>;
  /** The adapter's own scratch for this pass, empty on its first page, dropped after its last. Never stored. */
  memo: Map<string, unknown>;
  /** A second opinion is wanted: do not trust a cheap mark (ctag) that says "nothing new". */
  thorough?: boolean;
  /** What anybody needs of an event beyond its times. An adapter that can leave the rest out of its request does. Absent: everything. */
  reach?: PullReach;
  /**
   * Takes an object of the page as soon as it was read; it then does not stand in the page's `objects`. An adapter that reads items one by
   * one hands them over here, so that a page holds one of them at a time. All objects of a failed page are dropped. Never throws.
   */
  take?(object: CalendarObject): void;
}

/** Which parts of events are worth asking for. */
export interface PullReach {
  titles: boolean;
  /** Place, attendees, categories and the like. */
  content: boolean;
  descriptions: boolean;
}

/** One page of a pass. */
export interface PulledPage {
  pass: PassKind;
  /** Whole items that are new or changed, but for those that `take` was given. All objects of one remote item belong to one page. */
  objects: CalendarObject[];
  /** Items that exist and are unchanged at the stored revision; only a snapshot needs them. */
  present: RemoteKey[];
  /** Items that the provider says are gone. */
  removed: RemoteKey[];
  /** Items that exist and could not be read. */
  quarantined: QuarantinedItem[];
  /** Set on every page but the last. */
  nextPageToken: PageToken | null;
  /** Set on the last page: where the next pass starts. `null` there: the provider has no positions. */
  nextCursor: Cursor | null;
  /** How many items this pass has in all, where it is known; for progress. */
  expectedItems?: number;
  /**
   * On the last page: hints to store with the calendar, if they changed. The engine reads one of them: `refreshMs`, how often the publisher
   * wants to be asked, in ms.
   */
  hints?: Record<string, string>;
}

/** One write of one calendar object. */
export interface PutObjectRequest {
  calendar: { remoteKey: RemoteKey; hints: Readonly<Record<string, string>> };
  /**
   * `null`: a new item. Else the item to change and the stored revision that the change is based on; a `null` revision says that the
   * provider told none, and the item is changed as it is found.
   */
  target: { remoteKey: RemoteKey; revision: Revision } | null;
  /**
   * The whole object as it is to be, or a pure function of the provider's current one (`null` for a new item). Its remote key and revision
   * do not count. An empty `uid` of a new object asks for a fresh one. Only what differs from the provider's own copy is written: properties
   * that the model does not know stay as they are.
   */
  object: CalendarObject | ((current: CalendarObject | null) => CalendarObject);
  /** May the provider send mail to attendees because of this write? */
  notify: boolean;
}

/** What the provider holds after a write. */
export interface PutObjectResult {
  remoteKey: RemoteKey;
  revision: Revision;
  /** Read back where the provider may have changed it. */
  stored: CalendarObject;
  /** `false`: the provider stored something else than was written. */
  asWritten: boolean;
  /**
   * What became of the last message to each person, where the write was asked for with `notify` and the provider tells; whom it says nothing
   * of is not listed. Deliveries that take a while are `pending` here. Absent: this provider never tells.
   */
  deliveries?: DeliveryStatus[];
}

/** One removal of one item. */
export interface DeleteObjectRequest {
  calendar: { remoteKey: RemoteKey; hints: Readonly<Record<string, string>> };
  target: { remoteKey: RemoteKey; revision: Revision };
  /** May the provider send cancellations to attendees because of this? */
  notify: boolean;
}

export interface ConnectRequest {
  /** What the user typed: an address, a host name, a URL. Empty where the login came from the provider's consent page. */
  address: string;
  credential: Credential;
  /** Who logged in, where the exchange of the code told it. */
  identity?: LoginIdentity;
  /** A preset of the adapter (`icloud`), if one was chosen. */
  preset?: string;
  signal?: AbortSignal;
}

/** The exchange of a refresh token. */
export interface RenewRequest {
  endpoint: Readonly<Record<string, string>>;
  credential: OAuthCredential;
  signal?: AbortSignal;
}

/** A login proved by a real authenticated read. */
export interface ConnectedLogin {
  remoteIdentity: string;
  label: string;
  endpoint: Record<string, string>;
  calendars: RemoteCalendar[];
}

/**
 * A provider adapter. Two methods are required; what a provider cannot do is absent.
 * Only its `map-error.ts` sees HTTP statuses; everything thrown is a `KalendsError`, `cursor-expired` among them.
 */
export interface CalendarProvider {
  readonly id: ProviderId;
  /** All calendars of the login that can hold events. Complete, or it throws. */
  listCalendars(access: ProviderAccess): Promise<RemoteCalendar[]>;
  /**
   * The feeds that the user follows there. None of them is in `listCalendars`: they are read only by who asks for them, and from their source.
   * Complete, or it throws.
   */
  listSubscriptions?(access: ProviderAccess): Promise<CalendarSubscription[]>;
  /** One page of changes or of the whole. See `PullRequest` and `PulledPage`. */
  pullPage(access: ProviderAccess, request: PullRequest): Promise<PulledPage>;
  /** Finds the service behind an address and proves the login. */
  connect?(request: ConnectRequest): Promise<ConnectedLogin>;
  /**
   * Exchanges a refresh token at the provider's token endpoint. Called by one caller at a time. Throws `grant-revoked` where the provider
   * says that the grant is void (`invalid_grant`), and transient errors for everything that may pass.
   */
  renewCredential?(request: RenewRequest): Promise<OAuthCredential>;
  /**
   * Writes an item, never without a guard. Repeating a write whose answer was lost is safe where the object has its UID. Throws
   * `revision-conflict` where the item changed or is gone at the provider and `already-exists` where its UID stands in another item, both
   * with `conflict`; `object-invalid`, `object-too-large`, `permission-denied`, `calendar-gone`.
   */
  putObject?(access: ProviderAccess, request: PutObjectRequest): Promise<PutObjectResult>;
  /** Removes an item at that revision; one that is gone already is a success. Throws `revision-conflict` where it changed. */
  deleteObject?(access: ProviderAccess, request: DeleteObjectRequest): Promise<void>;

  /** Where to send a user who is to allow access. Pure. Absent: the provider has no consent page. */
  authorizationUrl?(request: AuthorizationRequest): AuthorizationAddress;
  /** Exchanges a code at the token endpoint, once. Throws `grant-revoked` where the provider says that the code is void, and transient errors. */
  exchangeCode?(request: ExchangeRequest): Promise<GrantedLogin>;
  /** Takes the grant back at the provider; one that is void already is a success. */
  revokeGrant?(request: RevokeRequest): Promise<void>;

  /**
   * What the provider's name of a watch names. `calendar`: the thing watched, so that one channel's name stops all of its channels (Google);
   * `channel`, the default: the one subscription (Graph, Exchange).
   */
  readonly watchResource?: "calendar" | "channel";
  /** Asks to be told of changes of a calendar. Throws `permission-denied` where this calendar cannot be watched. */
  watchCalendar?(access: ProviderAccess, request: CalendarWatchRequest): Promise<OpenedWatch>;
  /** Asks to be told of changes of the list of calendars. */
  watchCalendarList?(access: ProviderAccess, request: WatchRequest): Promise<OpenedWatch>;
  /** Stops a watch of either kind; one that is gone already is a success. */
  unwatch?(access: ProviderAccess, request: UnwatchRequest): Promise<void>;
  /** Reads what came in at the address of a watch. Pure, and throws nothing. Every provider that can watch has it. */
  readNotification?(notification: InboundNotification): NotificationReading;
}
