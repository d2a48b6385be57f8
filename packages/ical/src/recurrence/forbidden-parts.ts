import type { RecurrenceRule, RuleProblem } from "./rule.ts";

const everyDay = 366;

function mostDays(rule: RecurrenceRule): number {
  switch (rule.frequency) {
    case "YEARLY":
      return everyDay;
    case "MONTHLY":
      return rule.byMonthDay?.length ?? (rule.byDay === null ? 1 : 31);
    case "WEEKLY":
      return rule.byDay?.length ?? 1;
    default:
      return 1;
  }
}

/** The most instances that one period can hold. */
function mostInPeriod(rule: RecurrenceRule): number {
  const seconds = rule.frequency === "SECONDLY" ? 1 : (rule.bySecond?.length ?? 1);
  const minutes = rule.frequency === "SECONDLY" || rule.frequency === "MINUTELY" ? 1 : (rule.byMinute?.length ?? 1);
  const hours = ["SECONDLY", "MINUTELY", "HOURLY"].includes(rule.frequency) ? 1 : (rule.byHour?.length ?? 1);
  return mostDays(rule) * hours * minutes * seconds;
}

function checkPositions(rule: RecurrenceRule, ignore: (part: string, why: string) => void, problems: RuleProblem[]): void {
  if (rule.bySetPos === null) return;
  const { bySecond, byMinute, byHour, byDay, byMonthDay, byYearDay, byWeekNo, byMonth } = rule;
  if ([bySecond, byMinute, byHour, byDay, byMonthDay, byYearDay, byWeekNo, byMonth].every((part) => part === null)) {
    rule.bySetPos = null;
    ignore("BYSETPOS", "it needs another BY part");
    return;
  }
  const most = mostInPeriod(rule);
  if (rule.bySetPos.every((position) => Math.abs(position) > most)) {
    problems.push({ fatal: true, part: "BYSETPOS", message: "BYSETPOS picks a position that no period has" });
  }
}

/** Takes out what RFC 5545 section 3.3.10 forbids ("MUST NOT"), and notes each as a problem that is not fatal. */
export function dropForbiddenParts(rule: RecurrenceRule, problems: RuleProblem[]): void {
  const ignore = (part: string, why: string): void => void problems.push({ fatal: false, part, message: `${part} was ignored: ${why}` });
  const { frequency } = rule;
  if (rule.byWeekNo !== null && frequency !== "YEARLY") {
    rule.byWeekNo = null;
    ignore("BYWEEKNO", "it is only allowed with YEARLY");
  }
  if (rule.byYearDay !== null && (frequency === "MONTHLY" || frequency === "WEEKLY" || frequency === "DAILY")) {
    rule.byYearDay = null;
    ignore("BYYEARDAY", "it is not allowed with MONTHLY, WEEKLY or DAILY");
  }
  if (rule.byMonthDay !== null && frequency === "WEEKLY") {
    rule.byMonthDay = null;
    ignore("BYMONTHDAY", "it is not allowed with WEEKLY");
  }
  const numbered = frequency === "MONTHLY" || (frequency === "YEARLY" && rule.byWeekNo === null);
  if (!numbered && rule.byDay?.some((day) => day.nth !== 0)) {
    const weekdays = new Set(rule.byDay.map((day) => day.weekday));
    rule.byDay = [...weekdays].map((weekday) => ({ weekday, nth: 0 }));
    ignore("BYDAY", "a numbered weekday is only allowed with MONTHLY and YEARLY, and not with BYWEEKNO; the number was left out");
  }
  if (rule.count !== null && rule.until !== null) {
    problems.push({ fatal: false, part: "COUNT", message: "COUNT and UNTIL stand together; the earlier end counts" });
  }
  checkPositions(rule, ignore, problems);
}
