/** Types of zone-days.js, for tests. All instants in ms since the epoch; rows in minutes from the top of the grid. */
export interface ZoneDay {
  date: string;
  from: number;
  to: number;
  offset: number;
  transition: { at: number; shift: number } | null;
  voids: { from: number; to: number }[];
}

export interface ZoneWeek {
  days: [ZoneDay, ZoneDay, ZoneDay, ZoneDay, ZoneDay, ZoneDay, ZoneDay];
  fold: { start: number; length: number } | null;
  folded: ZoneDay | undefined;
  minutes: number;
}

export function wallOf(instant: number, zone: string): number;
export function offsetAt(instant: number, zone: string): number;
export function dateOf(instant: number, zone: string): string;
export function addDays(date: string, days: number): string;
export function startOfDate(date: string, zone: string): number;
export function weekOf(date: string, weekStart: string): string;
export function weekDays(firstDate: string, zone: string): ZoneWeek;
export function rowOf(instant: number, day: ZoneDay, week: ZoneWeek): number;
export function rowLabels(week: ZoneWeek): { row: number; text: string; isSecond: boolean }[];
