import { ownCopy } from "../text/own-copy.ts";
import { dropForbiddenParts } from "./forbidden-parts.ts";
import { integerIn, integerList, ruleEnd, weekdayList, weekdayNamed } from "./rule-parts.ts";
import type { Frequency, ReadRule, RecurrenceRule, RuleProblem } from "./rule.ts";

const frequencies: ReadonlySet<string> = new Set(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]);
const longestRule = 8192;
const mostKept = 4096;
/** Rules repeat a lot (`FREQ=WEEKLY;BYDAY=MO`); what was read of a text never changes. */
const kept = new Map<string, ReadRule>();

const blank: RecurrenceRule = {
  frequency: "DAILY",
  interval: 1,
  count: null,
  until: null,
  weekStart: 0,
  bySecond: null,
  byMinute: null,
  byHour: null,
  byDay: null,
  byMonthDay: null,
  byYearDay: null,
  byWeekNo: null,
  byMonth: null,
  bySetPos: null,
};

type PartReader = (rule: RecurrenceRule, value: string) => boolean;

/** Each reader stores the part and says whether its value was good. */
const readers: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ["FREQ", (rule, value) => frequencies.has(value) && ((rule.frequency = value as Frequency), true)],
  ["INTERVAL", (rule, value) => (rule.interval = integerIn(value, 1, 2 ** 31 - 1) ?? 0) !== 0],
  ["COUNT", (rule, value) => (rule.count = integerIn(value, 1, 2 ** 31 - 1)) !== null],
  ["UNTIL", (rule, value) => (rule.until = ruleEnd(value)) !== null],
  ["WKST", (rule, value) => (rule.weekStart = weekdayNamed(value) ?? -1) !== -1],
  ["BYSECOND", (rule, value) => (rule.bySecond = integerList(value, 0, 60, false)) !== null],
  ["BYMINUTE", (rule, value) => (rule.byMinute = integerList(value, 0, 59, false)) !== null],
  ["BYHOUR", (rule, value) => (rule.byHour = integerList(value, 0, 23, false)) !== null],
  ["BYDAY", (rule, value) => (rule.byDay = weekdayList(value)) !== null],
  ["BYMONTHDAY", (rule, value) => (rule.byMonthDay = integerList(value, 1, 31, true)) !== null],
  ["BYYEARDAY", (rule, value) => (rule.byYearDay = integerList(value, 1, 366, true)) !== null],
  ["BYWEEKNO", (rule, value) => (rule.byWeekNo = integerList(value, 1, 53, true)) !== null],
  ["BYMONTH", (rule, value) => (rule.byMonth = integerList(value, 1, 12, false)) !== null],
  ["BYSETPOS", (rule, value) => (rule.bySetPos = integerList(value, 1, 366, true)) !== null],
]);

function readParts(text: string, rule: RecurrenceRule, problems: RuleProblem[]): void {
  const fatal = (part: string, message: string): void => void problems.push({ fatal: true, part, message });
  const seen = new Map<string, string>();
  const scale = new Map<string, string>();
  let negativeCount = false;
  for (const piece of text.toUpperCase().split(";")) {
    if (piece.trim() === "") continue;
    const equals = piece.indexOf("=");
    const name = (equals < 0 ? piece : piece.slice(0, equals)).trim();
    const value = equals < 0 ? "" : piece.slice(equals + 1).trim();
    if (name === "RSCALE" || name === "SKIP") {
      scale.set(name, value);
      continue;
    }
    if (name === "COUNT" && /^-\d{1,10}$/.test(value)) {
      negativeCount = true;
      continue;
    }
    const reader = readers.get(name);
    if (reader === undefined) {
      // An unknown part may narrow the rule; leaving it out would widen it.
      if (!name.startsWith("X-")) fatal("RRULE", "the rule has a part that RFC 5545 does not know");
      else problems.push({ fatal: false, part: "RRULE", message: "an X- part was ignored" });
    } else if (seen.get(name) === value) problems.push({ fatal: false, part: name, message: `${name} stands twice with one value` });
    else if (seen.has(name)) fatal(name, `${name} stands twice with different values`);
    else if (!reader(rule, value)) fatal(name, `the value of ${name} is not valid`);
    seen.set(name, value);
  }
  // Some programs write COUNT=-1 beside UNTIL; alone it would make an endless rule of one that was meant to end.
  if (negativeCount) problems.push({ fatal: rule.until === null, part: "COUNT", message: "a negative COUNT was ignored" });
  if (!seen.has("FREQ")) fatal("FREQ", "FREQ is missing");
  if ((scale.get("RSCALE") ?? "GREGORIAN") !== "GREGORIAN" || (scale.get("SKIP") ?? "OMIT") !== "OMIT") {
    fatal("RSCALE", "RSCALE and SKIP (RFC 7529) are not supported");
  }
}

/** Leap seconds count as the second before (RFC 5545 section 3.3.12). */
function withoutLeapSecond(rule: RecurrenceRule): void {
  if (rule.bySecond?.includes(60)) rule.bySecond = [...new Set(rule.bySecond.map((second) => Math.min(second, 59)))];
}

/**
 * Reads an RRULE value (without the property name). Forbidden parts are ignored, and named among the problems; a rule with a wrong
 * value, an unknown part or without FREQ is not used at all, so that no instance is invented.
 */
export function readRule(text: string): ReadRule {
  const known = kept.get(text);
  if (known !== undefined) return known;
  if (text.length > longestRule) return { rule: null, problems: [{ fatal: true, part: "RRULE", message: "the rule is too long" }] };
  const rule = { ...blank };
  const problems: RuleProblem[] = [];
  readParts(text, rule, problems);
  if (!problems.some((problem) => problem.fatal)) {
    withoutLeapSecond(rule);
    dropForbiddenParts(rule, problems);
  }
  const read: ReadRule = { rule: problems.some((problem) => problem.fatal) ? null : rule, problems };
  if (kept.size >= mostKept) kept.clear();
  kept.set(ownCopy(text), read);
  return read;
}
