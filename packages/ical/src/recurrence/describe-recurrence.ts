import { KalendsError } from "@kalends/model";
import type { Options } from "rrule";
import { civilFromDays, daySeconds } from "../civil/civil.ts";
import { ianaZoneTable } from "../zones/iana-zone.ts";
import { offsetAtUtc } from "../zones/zone-table.ts";
import { readRule } from "./read-rule.ts";
import type { RecurrenceRule } from "./rule.ts";

/** The words of another language. The `rrule` package, which makes the sentence, brings English only. */
export interface RecurrenceLanguage {
  /** Sunday first. */
  dayNames: readonly string[];
  /** January first. */
  monthNames: readonly string[];
  /** Gives the word for an English one: `every`, `week`, `weeks`, `on`, `on the`, `last`, `and`, `until`, `for`, `times`, `st`, `nd` ... */
  translate: (english: string) => string;
  /** Writes the date of UNTIL; `month` is one of `monthNames`. */
  formatDate?: (year: number, month: string, day: number) => string;
}

export interface DescribeOptions {
  /** Default: English. */
  language?: RecurrenceLanguage;
  /** IANA zone in which an UNTIL in UTC is shown as a date. Default `UTC`. */
  timeZone?: string;
}

const frequencies = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"] as const;

/** Whether the rule names Monday to Friday, or more, where the words would say "weekday". */
function namesWorkdays(rule: RecurrenceRule): boolean {
  return [0, 1, 2, 3, 4].every((weekday) => rule.byDay?.some((entry) => entry.weekday === weekday));
}

/** Whether the sentence says all of the rule. Each line is a part that `rrule` 2.8.1 passes over in silence, or says wrongly. */
function canBeSaid(rule: RecurrenceRule): boolean {
  const { frequency, byDay, byMonthDay, byMonth, byHour, byWeekNo, byYearDay } = rule;
  const numbered = byDay?.some((entry) => entry.nth !== 0) ?? false;
  const chosen = byDay !== null || byMonthDay !== null || byMonth !== null;
  if (frequency === "SECONDLY" || rule.bySetPos !== null || rule.byMinute !== null || rule.bySecond !== null) return false;
  if (rule.count !== null && rule.until !== null) return false;
  if ((frequency === "HOURLY" || frequency === "MINUTELY") && (chosen || byHour !== null || byYearDay !== null)) return false;
  if (byHour !== null && (frequency !== "DAILY" || chosen)) return false;
  if (byMonthDay !== null && numbered) return false;
  if (numbered && byDay?.some((entry) => entry.nth === 0)) return false;
  if (namesWorkdays(rule) && (numbered || frequency === "YEARLY" || byMonth !== null || byMonthDay !== null)) return false;
  return !(byWeekNo?.some((week) => week < 0) ?? false);
}

/** UNTIL as the date that it is in the zone, in the UTC fields of a Date: `rrule` reads those. */
function untilDate(rule: RecurrenceRule, timeZone: string): Date | null {
  const { until } = rule;
  if (until === null) return null;
  const wall = until.kind === "utc" ? until.seconds + offsetAtUtc(ianaZoneTable(timeZone), until.seconds) : until.seconds;
  const { year, month, day } = civilFromDays(Math.floor(wall / daySeconds));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

const copy = (values: readonly number[] | null): number[] | null => (values === null ? null : [...values]);

/** The parts that the rule has; `rrule` takes a part that is there, if only as null, for one that was written. */
function givenParts(rule: RecurrenceRule, timeZone: string): Partial<Options> {
  const parts: Partial<Options> = {
    freq: frequencies.indexOf(rule.frequency),
    interval: rule.interval,
    wkst: rule.weekStart,
    count: rule.count,
    until: untilDate(rule, timeZone),
    bymonth: copy(rule.byMonth),
    bymonthday: copy(rule.byMonthDay),
    byyearday: copy(rule.byYearDay),
    byweekno: copy(rule.byWeekNo),
    byhour: copy(rule.byHour),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== null)) as Partial<Options>;
}

/**
 * Says a recurrence rule in words: "every 2 weeks on Tuesday, Thursday until May 4, 2027". `null` where the rule has a part that the words
 * would leave out (BYSETPOS, times of day and others): an approximate sentence would be believed. The package `rrule` makes the sentence
 * and is loaded at the first call only. Throws `rule-invalid` for a rule that cannot be read, `zone-unknown`.
 */
export async function describeRecurrence(text: string, options: DescribeOptions = {}): Promise<string | null> {
  const { rule } = readRule(text);
  if (rule === null) throw new KalendsError("rule-invalid", "The recurrence rule cannot be read");
  if (!canBeSaid(rule)) return null;
  const loaded = await import("rrule");
  // Node gives a CommonJS module as the default export, bundlers its names.
  const { RRule, Weekday } = "default" in loaded ? (loaded.default as typeof loaded) : loaded;
  const parts = givenParts(rule, options.timeZone ?? "UTC");
  if (rule.byDay !== null) parts.byweekday = rule.byDay.map(({ weekday, nth }) => (nth === 0 ? new Weekday(weekday) : new Weekday(weekday, nth)));
  const { language } = options;
  const spoken = new RRule(parts);
  if (language === undefined) return spoken.toText();
  return spoken.toText(
    (word) => language.translate(String(word)),
    { dayNames: [...language.dayNames], monthNames: [...language.monthNames], tokens: {} },
    language.formatDate,
  );
}
