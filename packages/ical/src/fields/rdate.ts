import type { AdditionalTime } from "@kalends/model";
import { readDurationValue, writeDurationValue } from "../text/duration-value.ts";
import type { Property } from "../text/property.ts";
import { writeTimeValue } from "../text/time-value.ts";
import { dateValues, groupedLines } from "./date-list.ts";
import type { EventField, FieldContext } from "./event-field.ts";

/** One value: a time, or a PERIOD with end or duration (RFC 5545 section 3.3.9). `null` where it is neither, or runs backwards. */
function additionalTime(property: Property, value: string, context: FieldContext): AdditionalTime | null {
  const slash = value.indexOf("/");
  const start = context.timeOf(property, slash < 0 ? value : value.slice(0, slash));
  if (start === null) return null;
  if (slash < 0) return { start };
  const rest = value.slice(slash + 1);
  if (/^[+-]?P/i.test(rest.trim())) {
    const duration = readDurationValue(rest);
    return duration === null || duration.days < 0 || duration.seconds < 0 ? null : { start, duration };
  }
  const end = context.timeOf(property, rest);
  return end === null || end.kind !== start.kind || end.value < start.value ? null : { start, end };
}

/** RDATE (RFC 5545 section 3.8.5.2). A value that cannot be read is ignored with a warning. */
export const rdateField: EventField = {
  names: ["RDATE"],
  many: true,
  read: (property, event, context) => {
    const times = (event.additionalTimes ??= []);
    const already = times.length + (event.excludedTimes?.length ?? 0);
    for (const value of dateValues(property.value, already, context.limits.maxDates)) {
      if (value.trim() === "") continue;
      const time = additionalTime(property, value, context);
      if (time === null) context.warn(property, "value-ignored", "an additional time that cannot be read was ignored");
      else times.push(time);
    }
    if (times.length === 0) delete event.additionalTimes;
  },
  write: ({ additionalTimes }) => {
    const plain = (additionalTimes ?? []).filter((time) => time.end === undefined && time.duration === undefined);
    const periods = (additionalTimes ?? []).filter((time) => time.end !== undefined || time.duration !== undefined);
    const periodText = (time: AdditionalTime): string =>
      `${writeTimeValue(time.start)}/${time.end === undefined ? writeDurationValue(time.duration ?? { days: 0, seconds: 0 }) : writeTimeValue(time.end)}`;
    return [
      ...groupedLines(
        "RDATE",
        plain,
        (time) => time.start,
        (time) => writeTimeValue(time.start),
      ),
      ...groupedLines("RDATE;VALUE=PERIOD", periods, (time) => time.start, periodText),
    ];
  },
};
