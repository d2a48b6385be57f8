import { escapeText, unescapeText } from "../text/text-value.ts";
import { contentOf, type EventField } from "./event-field.ts";

/** SUMMARY (RFC 5545 section 3.8.1.12). An empty one says nothing. */
export const summaryField: EventField = {
  names: ["SUMMARY"],
  many: false,
  read: (property, event) => {
    if (property.value !== "") contentOf(event).title = unescapeText(property.value);
  },
  write: ({ content }) => (content?.title === undefined ? [] : [`SUMMARY:${escapeText(content.title)}`]),
};
