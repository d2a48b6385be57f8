import { KalendsError } from "@kalends/model";
import { readDurationValue, writeDurationValue } from "../text/duration-value.ts";
import type { EventField } from "./event-field.ts";

/** DURATION (RFC 5545 section 3.8.2.5). A negative one is ignored: the event is then an instant, or one day. */
export const durationField: EventField = {
  names: ["DURATION"],
  many: false,
  read: (property, event, context) => {
    const duration = readDurationValue(property.value);
    if (duration === null) throw new KalendsError("object-invalid", "DURATION is no duration, or is too long");
    if (duration.days < 0 || duration.seconds < 0) context.warn(property, "value-ignored", "a negative duration was ignored");
    else event.duration = duration;
  },
  write: ({ duration }) => (duration === undefined ? [] : [`DURATION:${writeDurationValue(duration)}`]),
};
