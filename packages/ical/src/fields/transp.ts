import type { EventField } from "./event-field.ts";

/** TRANSP (RFC 5545 section 3.8.2.7). */
export const transpField: EventField = {
  names: ["TRANSP"],
  many: false,
  read: (property, event) => {
    event.transparent = property.value.trim().toUpperCase() === "TRANSPARENT";
  },
  write: ({ transparent }) => (transparent ? ["TRANSP:TRANSPARENT"] : []),
};
