import type { EventField } from "./event-field.ts";
import { addRule } from "./rrule.ts";

/** EXRULE (RFC 2445 section 4.8.5.2): gone from RFC 5545 and still met. */
export const exruleField: EventField = {
  names: ["EXRULE"],
  many: true,
  read: (property, event, context) => {
    const rules = addRule(event.exclusionRules, property, context);
    if (rules !== undefined) event.exclusionRules = rules;
  },
  write: ({ exclusionRules }) => (exclusionRules ?? []).map((rule) => `EXRULE:${rule}`),
};
