import { escapeText, splitTextList, unescapeText } from "../text/text-value.ts";
import { contentOf, type EventField } from "./event-field.ts";

/** CATEGORIES (RFC 5545 section 3.8.1.2). */
export const categoriesField: EventField = {
  names: ["CATEGORIES"],
  many: true,
  read: (property, event, context) => {
    const most = context.limits.maxListEntries - (event.content?.categories?.length ?? 0);
    const entries = splitTextList(property.value, most)
      .map((entry) => unescapeText(entry).trim())
      .filter((entry) => entry !== "");
    if (entries.length > 0) (contentOf(event).categories ??= []).push(...entries);
  },
  write: ({ content }) => {
    const categories = content?.categories ?? [];
    return categories.length === 0 ? [] : [`CATEGORIES:${categories.map(escapeText).join(",")}`];
  },
};
