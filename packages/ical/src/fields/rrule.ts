import { KalendsError } from "@kalends/model";
import { readRule } from "../recurrence/read-rule.ts";
import type { Property } from "../text/property.ts";
import type { EventField, FieldContext } from "./event-field.ts";

/** Adds a rule's text to a list where it can be used, and gives a warning where it cannot. */
export function addRule(rules: string[] | undefined, property: Property, context: FieldContext): string[] | undefined {
  const text = property.value.trim();
  const { rule, problems } = readRule(text);
  for (const problem of problems) context.warn(property, "rule-invalid", problem.message);
  if (rule === null) return rules;
  const list = rules ?? [];
  if (list.length >= context.limits.maxRules)
    throw new KalendsError("object-too-large", "The event has more recurrence rules than the limit");
  list.push(text);
  return list;
}

/** RRULE (RFC 5545 section 3.8.5.3). An event whose rule cannot be used happens once. */
export const rruleField: EventField = {
  names: ["RRULE"],
  many: true,
  read: (property, event, context) => {
    const rules = addRule(event.rules, property, context);
    if (rules !== undefined) event.rules = rules;
  },
  write: ({ rules }) => (rules ?? []).map((rule) => `RRULE:${rule}`),
};
