import type { EventVisibility } from "@kalends/model";
import type { EventField } from "./event-field.ts";

const classes: ReadonlyMap<string, EventVisibility> = new Map([
  ["PUBLIC", "public"],
  ["PRIVATE", "private"],
  ["CONFIDENTIAL", "confidential"],
]);

/** CLASS (RFC 5545 section 3.8.1.3). A class that we do not know counts as private. */
export const classField: EventField = {
  names: ["CLASS"],
  many: false,
  read: (property, event, context) => {
    const visibility = classes.get(property.value.trim().toUpperCase());
    if (visibility === undefined) context.warn(property, "value-ignored", "an unknown class counts as private");
    event.visibility = visibility ?? "private";
  },
  write: ({ visibility }) => (visibility === "public" ? [] : [`CLASS:${visibility.toUpperCase()}`]),
};
