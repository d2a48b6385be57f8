import type { EventField } from "./event-field.ts";
import { instantValue, readInstant } from "./instant.ts";

/** LAST-MODIFIED (RFC 5545 section 3.8.7.3). Told on, never used to decide what is newer: revisions do that. */
export const lastModifiedField: EventField = {
  names: ["LAST-MODIFIED"],
  many: false,
  read: (property, event, context) => readInstant(property, event, "lastModified", context),
  write: ({ lastModified }) => {
    const value = instantValue(lastModified);
    return value === null ? [] : [`LAST-MODIFIED:${value}`];
  },
};
