/** Names the isolation wall; part of every stored key. Opaque text, at most 128 characters. */
export type OrganizationId = string;
/** Names an application inside one organization. */
export type ApplicationId = string;
/** Names an end user whose calendars are connected, inside one organization. */
export type AccountId = string;
/** Names one login of an account at one provider, inside one organization. */
export type ConnectionId = string;
/** Names an application's right to an account, inside one organization. */
export type AuthorizationId = string;
/** Names a calendar inside one organization. Stays the same when the calendar is renamed at the provider. */
export type CalendarId = string;
/** The short name of an adapter: `caldav`, `google`, `microsoft`, `exchange`, ... */
export type ProviderId = string;

/** The provider's own id or href of an item. Compared byte for byte. */
export type RemoteKey = string;
/** The provider's version mark of an item: ETag, changeKey. Kept verbatim; `null` where the provider gives none. */
export type Revision = string | null;
/** An opaque position in a calendar's history at the provider: sync-token, syncToken, deltaLink, SyncState. */
export type Cursor = string;
/** An opaque position inside one pass only; never valid in another pass. */
export type PageToken = string;
