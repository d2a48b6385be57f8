/** One rule with the window it is asked for: from 42 days back to 201 ahead of a fixed day. */
export interface RuleCase {
  name: string;
  /** iCalendar local time, and its zone. */
  start: string;
  zone: string;
  rule: string;
}

export const today: number = Date.UTC(2026, 8, 1) / 1000;
export const window: { from: number; to: number } = { from: today - 42 * 86_400, to: today + 201 * 86_400 };

/** The cases of the facts that the goals were set on. */
export const ruleCases: readonly RuleCase[] = [
  { name: "a weekly, New York, 5 years old", start: "20210906T090000", zone: "America/New_York", rule: "FREQ=WEEKLY;BYDAY=MO" },
  { name: "b daily, COUNT=400, Berlin", start: "20260601T080000", zone: "Europe/Berlin", rule: "FREQ=DAILY;COUNT=400" },
  { name: "c monthly, 5 weekdays, BYSETPOS=-1", start: "20210131T170000", zone: "Europe/Berlin", rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1" },
  { name: "d yearly, 15 years old, Tokyo", start: "20111003T100000", zone: "Asia/Tokyo", rule: "FREQ=YEARLY" },
];
