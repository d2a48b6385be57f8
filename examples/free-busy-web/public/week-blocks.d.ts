import type { ZoneWeek } from "./zone-days.js";

/** Types of week-blocks.js, for tests. */
export interface WeekBlock {
  day: number;
  kind: string;
  from: number;
  to: number;
  top: number;
  bottom: number;
  isWholeDay: boolean;
  isFirst: boolean;
  isLast: boolean;
}

interface Period {
  kind: string;
  from: string;
  to: string;
}

export function blocksOf(periods: readonly Period[], week: ZoneWeek): WeekBlock[];
export function usualHours(week: ZoneWeek, zone: string): Period[];
