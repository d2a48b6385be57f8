import { KalendsError, type BusyPeriod } from "@kalends/model";
import type { CalendarFreeBusy, FreeBusyAnswer } from "./free-busy-answer.ts";

export interface FreeBusyTableOptions {
  /** IANA zone in which times and days are shown. */
  zone: string;
  /** What to call accounts and calendars, by id; the id itself where a name is missing. */
  names?: { accounts?: ReadonlyMap<string, string>; calendars?: ReadonlyMap<string, string> };
}

/** Local time as the table shows it. */
interface LocalTime {
  day: string;
  time: string;
  offset: string;
}

type ToLocal = (instant: string | number) => LocalTime;

/**
 * The answer as plain text for a terminal: per account its busy periods under day headings, the same per calendar where an account
 * has several, then everybody together where there are several accounts. Times are local times of `zone`; a period belongs to
 * the day on which it starts. Throws `zone-unknown`. Control characters in names are left out, so that a name cannot steer the terminal.
 */
export function formatFreeBusyTable(answer: FreeBusyAnswer, options: FreeBusyTableOptions): string {
  const local = localTimes(options.zone);
  const [from, to] = [local(answer.from), local(answer.to)];
  const lines = [`Free-busy from ${from.day} ${from.time} to ${to.day} ${to.time} (${options.zone})`];
  for (const account of answer.accounts) {
    const calendars = answer.calendars.filter((calendar) => calendar.accountId === account.accountId);
    lines.push("", nameOf(account.accountId, options.names?.accounts), ...periodLines(account.periods, local));
    for (const calendar of calendars) {
      lines.push(`  calendar ${nameOf(calendar.calendarId, options.names?.calendars)}: ${freshnessText(calendar)}`);
      if (calendars.length > 1) lines.push(...periodLines(calendar.periods, local).map((line) => `  ${line}`));
    }
  }
  if (answer.accounts.length > 1) lines.push("", "Everybody together", ...periodLines(answer.merged, local));
  if (!answer.complete) lines.push("", "Not everything is known: see the calendars that are not up to date.");
  return lines.join("\n") + "\n";
}

function periodLines(periods: readonly BusyPeriod[], local: ToLocal): string[] {
  if (periods.length === 0) return ["  nothing busy"];
  const rows = periods.map((period) => {
    const from = local(period.from);
    return { day: from.day, when: whenText(from, local(period.to), isNextMidnight(period, local)), period };
  });
  const width = Math.max(...rows.map((row) => row.when.length));
  const lines: string[] = [];
  let day = "";
  for (const row of rows) {
    if (row.day !== day) lines.push(`  ${(day = row.day)}`);
    const lasts = durationText(Date.parse(row.period.to) - Date.parse(row.period.from));
    lines.push(`    ${row.when.padEnd(width)}  ${lasts.padStart(11)}  ${row.period.kind}`);
  }
  return lines;
}

function whenText(from: LocalTime, to: LocalTime, endsAtMidnight: boolean): string {
  if (endsAtMidnight) return from.time === "00:00" ? "all day" : `${from.time} - 24:00`;
  // Where the clocks change in between, the same wall time may stand for two instants.
  const [fromOffset, toOffset] = from.offset === to.offset ? ["", ""] : [` ${from.offset}`, ` ${to.offset}`];
  return `${from.time}${fromOffset} - ${to.day === from.day ? "" : `${to.day} `}${to.time}${toOffset}`;
}

/** The period ends at the first midnight after its start. */
function isNextMidnight(period: BusyPeriod, local: ToLocal): boolean {
  return local(period.to).time === "00:00" && local(Date.parse(period.to) - 1).day === local(period.from).day;
}

/** Hours and minutes that really pass, so that an all-day period may last 23 or 25 hours. */
function durationText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return [hours > 0 ? `${hours} h` : "", minutes % 60 > 0 || hours === 0 ? `${minutes % 60} min` : ""].filter(Boolean).join(" ");
}

function freshnessText({ freshness, complete }: CalendarFreeBusy): string {
  const error = freshness.errorCode === null ? "" : ` (${freshness.errorCode})`;
  if (freshness.state === "never") return `never synced${error}`;
  const age = freshness.ageMs === null ? "" : `, synced ${ageText(freshness.ageMs)}`;
  return `${freshness.state}${age}${error}${freshness.state === "fresh" && !complete ? ", not stored for the whole range" : ""}`;
}

const ageText = (ms: number): string => (ms < 60_000 ? "just now" : `${durationText(ms)} ago`);

function nameOf(id: string, names: ReadonlyMap<string, string> | undefined): string {
  return (names?.get(id) ?? id).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").trim() || "(no name)";
}

function localTimes(zone: string): ToLocal {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      day: "2-digit",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "shortOffset",
    });
  } catch (cause) {
    throw new KalendsError("zone-unknown", `Not an IANA time zone: ${nameOf(zone, undefined)}`, { cause });
  }
  return (instant) => {
    const parts = new Map(format.formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
    return {
      day: `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}`,
      time: `${part("hour")}:${part("minute")}`,
      offset: part("timeZoneName").replace("GMT", "UTC"),
    };
  };
}
