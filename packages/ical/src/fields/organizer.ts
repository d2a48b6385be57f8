import { addressUri, nameParameter, personOf } from "./calendar-address.ts";
import { contentOf, type EventField } from "./event-field.ts";

/** ORGANIZER (RFC 5545 section 3.8.4.3). */
export const organizerField: EventField = {
  names: ["ORGANIZER"],
  many: false,
  read: (property, event, context) => {
    const person = personOf(property);
    if (person === null) context.warn(property, "value-ignored", "an organizer without a usable address was ignored");
    else contentOf(event).organizer = person;
  },
  write: ({ content }) => {
    const person = content?.organizer;
    return person === undefined ? [] : [`ORGANIZER${nameParameter(person)}:${addressUri(person)}`];
  },
};
