import { unescapeText, escapeText } from "../text/text-value.ts";
import type { EventField } from "./event-field.ts";

/** UID (RFC 5545 section 3.8.4.7). Compared byte for byte: twins under Unicode normalisation are two. */
export const uidField: EventField = {
  names: ["UID"],
  many: false,
  read: (property, event) => {
    event.uid = unescapeText(property.value.trim());
  },
  write: (event) => [`UID:${escapeText(event.uid)}`],
};
