import { contentOf, type EventField } from "./event-field.ts";
import { lineUri, safeUri } from "./safe-uri.ts";

/** CONFERENCE (RFC 7986 section 5.11); Google's own property is read too. The first usable address counts. */
export const conferenceField: EventField = {
  names: ["CONFERENCE", "X-GOOGLE-CONFERENCE"],
  many: true,
  read: (property, event, context) => {
    const uri = safeUri(property.value);
    if (uri === null) context.warn(property, "value-ignored", "an address of an unsafe or unknown scheme was ignored");
    else contentOf(event).conferenceUrl ??= uri;
  },
  write: ({ content }) => (content?.conferenceUrl === undefined ? [] : [`CONFERENCE;VALUE=URI:${lineUri(content.conferenceUrl)}`]),
};
