import { readRule } from "../recurrence/read-rule.ts";
import type { Property } from "../text/property.ts";
import type { EventField, FieldContext } from "./event-field.ts";

/** A rule's text where it can be used; `null`, with a warning, where it cannot. */
export function usableRule(property: Property, context: FieldContext): string | null {
  const text = property.value.trim();
  const { rule, problems } = readRule(text);
  for (const problem of problems) context.warn(property, "rule-invalid", problem.message);
  return rule === null ? null : text;
}

/** RRULE (RFC 5545 section 3.8.5.3). An event whose rule cannot be used happens once. */
export const rruleField: EventField = {
  names: ["RRULE"],
  many: true,
  read: (property, event, context) => {
    const rule = usableRule(property, context);
    if (rule !== null) (event.rules ??= []).push(rule);
  },
  write: ({ rules }) => (rules ?? []).map((rule) => `RRULE:${rule}`),
};
