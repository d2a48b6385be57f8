import { escapeText, unescapeText } from "../text/text-value.ts";
import { contentOf, type EventField } from "./event-field.ts";

/** DESCRIPTION (RFC 5545 section 3.8.1.5). An empty one says nothing. */
export const descriptionField: EventField = {
  names: ["DESCRIPTION"],
  many: false,
  read: (property, event) => {
    if (property.value !== "") contentOf(event).description = unescapeText(property.value);
  },
  write: ({ content }) => (content?.description === undefined ? [] : [`DESCRIPTION:${escapeText(content.description)}`]),
};
