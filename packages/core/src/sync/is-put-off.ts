import type { ErrorCode } from "@kalends/model";

const reasons: readonly ErrorCode[] = ["aborted", "budget-spent", "calendar-busy"];

/** Whether a run ended for a reason that is not its own: it was stopped, the budget is spent, or somebody else is at it. It counts as no failure. */
export function isPutOff(code: ErrorCode | undefined | null): boolean {
  return reasons.includes(code as ErrorCode);
}
