import { KalendsError } from "@kalends/model";
import { timeParameters, writeTimeValue } from "../text/time-value.ts";
import type { EventField } from "./event-field.ts";

/** DTSTART (RFC 5545 section 3.8.2.4). */
export const dtstartField: EventField = {
  names: ["DTSTART"],
  many: false,
  read: (property, event, context) => {
    const time = context.timeOf(property, property.value);
    if (time === null) throw new KalendsError("object-invalid", "DTSTART is no date or time");
    event.start = time;
  },
  write: ({ start }) => [`${timeParameters(start, "DTSTART")}:${writeTimeValue(start)}`],
};
