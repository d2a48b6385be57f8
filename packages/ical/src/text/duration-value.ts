import type { EventDuration } from "@kalends/model";

/** No event lasts longer than this, and no sum of it leaves the range of exact numbers. */
const longestDays = 36_600;

const durationForm = /^([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,10})S)?)?$/i;

/** Reads a DURATION value (RFC 5545 section 3.3.6); `null` where it is none, or longer than a hundred years. */
export function readDurationValue(value: string): EventDuration | null {
  const text = value.trim();
  const match = durationForm.exec(text);
  if (match === null || !/\d/.test(text)) return null;
  const [, sign, weeks, days, hours, minutes, seconds] = match;
  const wholeDays = Number(weeks ?? 0) * 7 + Number(days ?? 0);
  const exact = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if (wholeDays + exact / 86_400 > longestDays) return null;
  const factor = sign === "-" ? -1 : 1;
  return { days: wholeDays === 0 ? 0 : factor * wholeDays, seconds: exact === 0 ? 0 : factor * exact };
}

/** The DURATION value of whole days and exact seconds. */
export function writeDurationValue(duration: EventDuration): string {
  const negative = duration.days < 0 || duration.seconds < 0;
  const days = Math.abs(duration.days);
  const seconds = Math.abs(duration.seconds);
  const date = days > 0 ? `${days}D` : "";
  const time = seconds > 0 || days === 0 ? `T${seconds}S` : "";
  return `${negative ? "-" : ""}P${date}${time}`;
}
