/** A moment as Google writes it: a date, or an instant with an offset, with the zone that it was entered in. */
export interface EventDateTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

export interface EventAttendee {
  email: string;
  displayName?: string;
  responseStatus?: string;
  organizer?: boolean;
  self?: boolean;
  optional?: boolean;
  resource?: boolean;
  comment?: string;
  additionalGuests?: number;
}

export interface EventPerson {
  email: string;
  displayName?: string;
  self?: boolean;
}

/** The fields of an event that the sandbox itself looks at. Everything else of the official schema is carried along. */
export interface EventResource {
  kind: "calendar#event";
  id: string;
  etag: string;
  status: string;
  iCalUID: string;
  eventType: string;
  /** Instants with milliseconds. */
  created: string;
  updated: string;
  sequence: number;
  summary?: string;
  start?: EventDateTime;
  end?: EventDateTime;
  recurrence?: string[];
  recurringEventId?: string;
  originalStartTime?: EventDateTime;
  transparency?: string;
  visibility?: string;
  attendees?: EventAttendee[];
  organizer?: EventPerson;
  creator?: EventPerson;
  extendedProperties?: { private?: Record<string, string>; shared?: Record<string, string> };
  conferenceData?: Record<string, unknown>;
  [field: string]: unknown;
}

/** What a client sends for an event: any part of the schema, `null` in a patch for what goes. */
export type EventBody = Record<string, unknown>;
