import type { CalendarEvent } from "./event.ts";
import type { ZoneDefinition } from "./event-time.ts";
import type { RemoteKey, Revision } from "./ids.ts";

/** Something in an item that was read with a grain of salt. Holds no event text. */
export interface ItemWarning {
  /** Stable code such as `zone-unresolved`, `rule-invalid`, `value-ignored`. */
  code: string;
  /** iCalendar property or provider field that the warning is about. */
  property?: string;
  line?: number;
  /** Plain words without any event text. */
  message: string;
}

/**
 * One UID in one calendar as one remote item holds it: master, overrides, or both (RFC 4791 section 4.1).
 * A provider that stores overrides as items of their own yields several objects of one UID; expansion joins them by UID.
 */
export interface CalendarObject {
  remoteKey: RemoteKey;
  revision: Revision;
  uid: string;
  /** Master first (if this item holds it), then overrides by original start. Never empty. */
  events: CalendarEvent[];
  /** Only the custom zones that the events need. */
  zones?: ZoneDefinition[];
  warnings?: ItemWarning[];
}

/** An item that exists at the provider and could not be read. Counts as present; shown in the public status. */
export interface QuarantinedItem {
  remoteKey: RemoteKey;
  revision: Revision;
  /** Code of `KalendsError`, e.g. `object-invalid`. */
  code: string;
  /** Why, in plain words without event text. */
  reason: string;
}
