import { contentOf, type EventField } from "./event-field.ts";
import { lineUri, safeUri } from "./safe-uri.ts";

/** URL (RFC 5545 section 3.8.4.6). */
export const urlField: EventField = {
  names: ["URL"],
  many: false,
  read: (property, event, context) => {
    if (property.value.trim() === "") return;
    const uri = safeUri(property.value);
    if (uri === null) context.warn(property, "value-ignored", "an address of an unsafe or unknown scheme was ignored");
    else contentOf(event).url = uri;
  },
  write: ({ content }) => (content?.url === undefined ? [] : [`URL:${lineUri(content.url)}`]),
};
