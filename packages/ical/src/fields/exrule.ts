import type { EventField } from "./event-field.ts";
import { usableRule } from "./rrule.ts";

/** EXRULE (RFC 2445 section 4.8.5.2): gone from RFC 5545 and still met. */
export const exruleField: EventField = {
  names: ["EXRULE"],
  many: true,
  read: (property, event, context) => {
    const rule = usableRule(property, context);
    if (rule !== null) (event.exclusionRules ??= []).push(rule);
  },
  write: ({ exclusionRules }) => (exclusionRules ?? []).map((rule) => `EXRULE:${rule}`),
};
