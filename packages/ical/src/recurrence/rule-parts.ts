import { parseLocalIso } from "../civil/local-time.ts";
import type { ByDay, RuleEnd } from "./rule.ts";

/** Longest list of a BY part; SECONDLY lists have 61 values at most, year days 732. */
const longestList = 800;

/** A whole number with an optional sign inside [low, high]; `null` for anything else. */
export function integerIn(text: string, low: number, high: number): number | null {
  if (!/^[+-]?\d{1,10}$/.test(text)) return null;
  const value = Number(text);
  return value >= low && value <= high ? value : null;
}

/** A list of whole numbers, sorted, none twice. `signed` also allows -high..-low. `null` where any entry is not one. */
export function integerList(text: string, low: number, high: number, signed: boolean): number[] | null {
  const entries = text.split(",", longestList + 1);
  if (entries.length > longestList) return null;
  const values = new Set<number>();
  for (const entry of entries) {
    const value = integerIn(entry.trim(), signed ? -high : low, high);
    if (value === null || (signed && Math.abs(value) < low)) return null;
    values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

const weekdayNames: ReadonlyMap<string, number> = new Map([
  ["MO", 0],
  ["TU", 1],
  ["WE", 2],
  ["TH", 3],
  ["FR", 4],
  ["SA", 5],
  ["SU", 6],
]);

export function weekdayNamed(text: string): number | null {
  return weekdayNames.get(text) ?? null;
}

/** `MO`, `2MO`, `+2MO`, `-1FR`, in a list; `null` where any entry is not one. */
export function weekdayList(text: string): ByDay[] | null {
  const entries = text.split(",", longestList + 1);
  if (entries.length > longestList) return null;
  const days = new Map<number, ByDay>();
  for (const entry of entries) {
    const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(entry.trim());
    if (match === null) return null;
    const weekday = weekdayNamed(match[2] as string);
    const nth = match[1] === undefined ? 0 : integerIn(match[1], -53, 53);
    if (weekday === null || nth === null || (nth === 0 && match[1] !== undefined)) return null;
    days.set(nth * 7 + weekday, { weekday, nth });
  }
  return [...days.values()];
}

/** `20260101`, `20260101T090000`, `20260101T090000Z`; also with the dashes and colons of ISO 8601. */
export function ruleEnd(text: string): RuleEnd | null {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(Z)?)?$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, utc] = match;
  const date = `${year}-${month}-${day}`;
  const seconds = parseLocalIso(hour === undefined ? date : `${date}T${hour}:${minute}:${second === "60" ? "59" : second}`);
  if (Number.isNaN(seconds)) return null;
  return { kind: hour === undefined ? "date" : utc === undefined ? "local" : "utc", seconds };
}
