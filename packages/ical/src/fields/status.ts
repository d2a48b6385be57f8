import type { EventStatus } from "@kalends/model";
import type { EventField } from "./event-field.ts";

const statuses: ReadonlyMap<string, EventStatus> = new Map([
  ["CONFIRMED", "confirmed"],
  ["TENTATIVE", "tentative"],
  ["CANCELLED", "cancelled"],
  ["CANCELED", "cancelled"],
]);

/** STATUS (RFC 5545 section 3.8.1.11). */
export const statusField: EventField = {
  names: ["STATUS"],
  many: false,
  read: (property, event, context) => {
    const status = statuses.get(property.value.trim().toUpperCase());
    if (status === undefined) context.warn(property, "value-ignored", "an unknown status was ignored");
    else event.status = status;
  },
  write: ({ status }) => (status === "confirmed" ? [] : [`STATUS:${status.toUpperCase()}`]),
};
