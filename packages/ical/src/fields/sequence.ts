import type { EventField } from "./event-field.ts";

/** SEQUENCE (RFC 5545 section 3.8.7.4). */
export const sequenceField: EventField = {
  names: ["SEQUENCE"],
  many: false,
  read: (property, event, context) => {
    const value = property.value.trim();
    if (/^\d{1,10}$/.test(value) && Number(value) < 2 ** 31) event.sequence = Number(value);
    else context.warn(property, "value-ignored", "a sequence that is no whole number was ignored");
  },
  write: ({ sequence }) => (sequence === undefined ? [] : [`SEQUENCE:${sequence}`]),
};
