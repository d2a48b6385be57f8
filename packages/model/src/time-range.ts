import { z } from "zod";

/** A half-open range of instants in milliseconds since 1970-01-01T00:00:00Z: `from` is inside, `to` is not. */
export interface TimeRange {
  from: number;
  to: number;
}

export const timeRangeSchema: z.ZodType<TimeRange> = z
  .object({ from: z.number().int(), to: z.number().int() })
  .refine((range) => range.from < range.to, { message: "`from` must be before `to`" });

/** How far an application looks, in days of 24 h counted from now. */
export interface QueryWindow {
  daysBack: number;
  daysAhead: number;
}

/** 42 days back and 201 days ahead, the window that hosted calendar APIs publish. */
export const defaultQueryWindow: QueryWindow = { daysBack: 42, daysAhead: 201 };

export const queryWindowSchema: z.ZodType<QueryWindow> = z.object({
  daysBack: z.number().int().min(0).max(3660),
  daysAhead: z.number().int().min(1).max(3660),
});
