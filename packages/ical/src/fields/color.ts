import { contentOf, type EventField } from "./event-field.ts";

/** COLOR (RFC 7986 section 5.9): a CSS colour name; the hexadecimal form is met too. */
export const colorField: EventField = {
  names: ["COLOR"],
  many: false,
  read: (property, event, context) => {
    const color = property.value.trim().toLowerCase();
    if (/^(?:[a-z]{1,30}|#[0-9a-f]{3,8})$/.test(color)) contentOf(event).color = color;
    else context.warn(property, "value-ignored", "a colour that is no name was ignored");
  },
  write: ({ content }) => (content?.color === undefined ? [] : [`COLOR:${content.color.replace(/[^#a-z0-9]/gi, "")}`]),
};
