import { attendeeField } from "./attendee.ts";
import { busyStatusField } from "./busy-status.ts";
import { categoriesField } from "./categories.ts";
import { classField } from "./class.ts";
import { colorField } from "./color.ts";
import { conferenceField } from "./conference.ts";
import { createdField } from "./created.ts";
import { descriptionField } from "./description.ts";
import { dtendField } from "./dtend.ts";
import { dtstartField } from "./dtstart.ts";
import { durationField } from "./duration.ts";
import type { EventField } from "./event-field.ts";
import { exdateField } from "./exdate.ts";
import { exruleField } from "./exrule.ts";
import { geoField } from "./geo.ts";
import { lastModifiedField } from "./last-modified.ts";
import { locationField } from "./location.ts";
import { organizerField } from "./organizer.ts";
import { rdateField } from "./rdate.ts";
import { recurrenceIdField } from "./recurrence-id.ts";
import { rruleField } from "./rrule.ts";
import { sequenceField } from "./sequence.ts";
import { statusField } from "./status.ts";
import { summaryField } from "./summary.ts";
import { transpField } from "./transp.ts";
import { uidField } from "./uid.ts";
import { urlField } from "./url.ts";

/** Every property of an event that is read, in the order in which they are written. Attachments are not among them. */
export const eventFields: readonly EventField[] = [
  uidField,
  recurrenceIdField,
  dtstartField,
  dtendField,
  durationField,
  rruleField,
  exruleField,
  rdateField,
  exdateField,
  statusField,
  transpField,
  busyStatusField,
  classField,
  sequenceField,
  createdField,
  lastModifiedField,
  summaryField,
  descriptionField,
  locationField,
  geoField,
  categoriesField,
  colorField,
  urlField,
  conferenceField,
  organizerField,
  attendeeField,
];

/** The fields by every name that they are read under. */
export const eventFieldByName: ReadonlyMap<string, EventField> = new Map(
  eventFields.flatMap((field) => field.names.map((name) => [name, field] as const)),
);

export const eventFieldNames: ReadonlySet<string> = new Set(eventFieldByName.keys());
