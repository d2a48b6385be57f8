import { KalendsError } from "@kalends/model";
import { timeParameters, writeTimeValue } from "../text/time-value.ts";
import type { EventField } from "./event-field.ts";

/** DTEND (RFC 5545 section 3.8.2.2). */
export const dtendField: EventField = {
  names: ["DTEND"],
  many: false,
  read: (property, event, context) => {
    const time = context.timeOf(property, property.value);
    if (time === null) throw new KalendsError("object-invalid", "DTEND is no date or time");
    event.end = time;
  },
  write: ({ end }) => (end === undefined ? [] : [`${timeParameters(end, "DTEND")}:${writeTimeValue(end)}`]),
};
