import { escapeText, unescapeText } from "../text/text-value.ts";
import { contentOf, type EventField } from "./event-field.ts";

/** LOCATION (RFC 5545 section 3.8.1.7). An empty one says nothing. */
export const locationField: EventField = {
  names: ["LOCATION"],
  many: false,
  read: (property, event) => {
    if (property.value !== "") contentOf(event).location = unescapeText(property.value);
  },
  write: ({ content }) => (content?.location === undefined ? [] : [`LOCATION:${escapeText(content.location)}`]),
};
