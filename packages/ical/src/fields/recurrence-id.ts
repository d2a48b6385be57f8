import { KalendsError } from "@kalends/model";
import { parameter } from "../text/property.ts";
import { timeParameters, writeTimeValue } from "../text/time-value.ts";
import type { EventField } from "./event-field.ts";

/** RECURRENCE-ID with RANGE (RFC 5545 section 3.8.4.4). */
export const recurrenceIdField: EventField = {
  names: ["RECURRENCE-ID"],
  many: false,
  read: (property, event, context) => {
    const time = context.timeOf(property, property.value);
    if (time === null) throw new KalendsError("object-invalid", "RECURRENCE-ID is no date or time");
    event.recurrenceId = time;
    const range = parameter(property, "RANGE")?.toUpperCase();
    if (range === "THISANDFUTURE") event.thisAndFuture = true;
    else if (range !== undefined) context.warn(property, "value-ignored", "a RANGE other than THISANDFUTURE was ignored");
  },
  write: ({ recurrenceId, thisAndFuture }) => {
    if (recurrenceId === undefined) return [];
    const name = thisAndFuture === true ? "RECURRENCE-ID;RANGE=THISANDFUTURE" : "RECURRENCE-ID";
    return [`${timeParameters(recurrenceId, name)}:${writeTimeValue(recurrenceId)}`];
  },
};
