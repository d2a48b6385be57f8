import type { EventField } from "./event-field.ts";
import { instantValue, readInstant } from "./instant.ts";

/** CREATED (RFC 5545 section 3.8.7.1). */
export const createdField: EventField = {
  names: ["CREATED"],
  many: false,
  read: (property, event, context) => readInstant(property, event, "created", context),
  write: ({ created }) => {
    const value = instantValue(created);
    return value === null ? [] : [`CREATED:${value}`];
  },
};
