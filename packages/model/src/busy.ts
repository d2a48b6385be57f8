import { z } from "zod";
import type { CalendarId } from "./ids.ts";

/** Free-busy status of a period. `unknown` covers calendars whose state is not known well enough to say. */
export type BusyKind = "busy" | "tentative" | "out-of-office" | "working-elsewhere" | "free" | "unknown";

export const busyKinds: readonly BusyKind[] = ["busy", "tentative", "out-of-office", "working-elsewhere", "free", "unknown"];

export const busyKindSchema: z.ZodType<BusyKind> = z.enum(["busy", "tentative", "out-of-office", "working-elsewhere", "free", "unknown"]);

/** A stored, merged, half-open UTC range (milliseconds) of one busy kind in one calendar. `free` and `unknown` are never stored. */
export interface BusySpan {
  kind: BusyKind;
  from: number;
  to: number;
}

/** One answered period of a free-busy query. `from` and `to` are ISO 8601 instants in UTC, half-open. */
export interface BusyPeriod {
  kind: BusyKind;
  from: string;
  to: string;
}

/** What a calendar that is not fresh means for an answer. There is no default: the caller decides. */
export type StalePolicy = "fail" | "treat-as-busy" | "ignore";

export const stalePolicySchema: z.ZodType<StalePolicy> = z.enum(["fail", "treat-as-busy", "ignore"]);

/** How well a calendar is known. */
export interface CalendarFreshness {
  calendarId: CalendarId;
  /** `fresh`: synced within the freshness limit; `stale`: synced before; `never`: no complete first sync yet. */
  state: "fresh" | "stale" | "never";
  /** ISO 8601 instant of the last complete sync, or `null`. */
  lastSuccess: string | null;
  /** Milliseconds since the last complete sync, or `null`. */
  ageMs: number | null;
  /** Error code that stands in the way, if any. */
  errorCode: string | null;
}
