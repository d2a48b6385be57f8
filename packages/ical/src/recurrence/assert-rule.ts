import { KalendsError, type EventTime } from "@kalends/model";
import { readRule } from "./read-rule.ts";

/**
 * Checks a rule that is about to be written, and allows nothing that RFC 5545 section 3.3.10 forbids, UNTIL of another kind than the
 * start included. Throws `rule-invalid`.
 */
export function assertRule(text: string, start?: EventTime): void {
  const { rule, problems } = readRule(text);
  const problem = problems[0];
  if (problem !== undefined) throw new KalendsError("rule-invalid", `The recurrence rule is not valid: ${problem.message}`);
  if (rule === null || start === undefined) return;
  const timed = rule.byHour !== null || rule.byMinute !== null || rule.bySecond !== null;
  if (start.kind === "date" && (timed || ["HOURLY", "MINUTELY", "SECONDLY"].includes(rule.frequency))) {
    throw new KalendsError("rule-invalid", "The recurrence rule is not valid: an all-day event cannot recur within a day");
  }
  if (rule.until === null) return;
  const needed = start.kind === "date" ? "date" : start.kind === "floating" ? "local" : "utc";
  if (rule.until.kind !== needed)
    throw new KalendsError("rule-invalid", "The recurrence rule is not valid: UNTIL must be of the start's kind, in UTC for a zoned start");
}
