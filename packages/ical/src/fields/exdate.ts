import { writeTimeValue } from "../text/time-value.ts";
import { dateValues, groupedLines } from "./date-list.ts";
import type { EventField } from "./event-field.ts";

/** EXDATE (RFC 5545 section 3.8.5.1). A value that is no time is ignored with a warning. */
export const exdateField: EventField = {
  names: ["EXDATE"],
  many: true,
  read: (property, event, context) => {
    const times = (event.excludedTimes ??= []);
    const already = times.length + (event.additionalTimes?.length ?? 0);
    for (const value of dateValues(property.value, already, context.limits.maxDates)) {
      if (value.trim() === "") continue;
      const time = context.timeOf(property, value);
      if (time === null) context.warn(property, "value-ignored", "an excluded time that is no date or time was ignored");
      else times.push(time);
    }
    if (times.length === 0) delete event.excludedTimes;
  },
  write: ({ excludedTimes }) => groupedLines("EXDATE", excludedTimes ?? [], (time) => time, writeTimeValue),
};
