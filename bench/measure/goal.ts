/** One goal with what was measured. */
export interface Goal {
  what: string;
  /** The bound, in words. */
  wanted: string;
  /** What was measured, in words. */
  measured: string;
  met: boolean;
}

/** A goal of the form "at most so many times", or "at least". */
export function ratioGoal(what: string, ratio: number, bound: { most: number } | { least: number }): Goal {
  const [word, limit] = "most" in bound ? ["at most", bound.most] : ["at least", bound.least];
  const met = "most" in bound ? ratio <= limit : ratio >= limit;
  return { what, wanted: `${word} ${limit}x`, measured: `${times(ratio)}`, met };
}

/** A ratio as people read it. */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return "-";
  return `${ratio >= 100 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(ratio >= 10 ? 1 : 2)}x`;
}

/** Rows for a table of goals. */
export function goalRows(goals: readonly Goal[]): string[][] {
  return goals.map(({ what, wanted, measured, met }) => [what, wanted, measured, met ? "met" : "NOT MET"]);
}

export const goalHead: readonly string[] = ["goal", "wanted", "measured", ""];
