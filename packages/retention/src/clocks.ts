import type { AccountFacts, AuthorizationFact } from "./facts.ts";
import type { RuleId } from "./decision.ts";
import type { Days } from "./policy.ts";

export const dayMs = 86_400_000;

/** One running clock. */
export interface Clock {
  rule: RuleId;
  /** What it counts from, in words. */
  event: string;
  since: number;
  period: Days;
}

export function dueOf(clock: Clock): number {
  return clock.since + clock.period * dayMs;
}

/** Where two clocks run on one row, the earlier one counts; of two that end together, the first named. */
export function earliest(clocks: readonly (Clock | null)[]): Clock | null {
  let first: Clock | null = null;
  for (const clock of clocks) if (clock !== null && (first === null || dueOf(clock) < dueOf(first))) first = clock;
  return first;
}

/** The end of the last of these authorizations; `null` while one is active. Those without any count from `otherwise`. */
export function endOf(authorizations: readonly AuthorizationFact[], otherwise: number): number | null {
  let end = -Infinity;
  for (const { endedAt } of authorizations) {
    if (endedAt === null) return null;
    end = Math.max(end, endedAt);
  }
  return end === -Infinity ? otherwise : end;
}

/** The clock that starts when the last right to the account ended. */
export function lastAuthorization(account: AccountFacts, rule: RuleId, period: Days): Clock | null {
  const since = endOf(account.authorizations, account.createdAt);
  const event = account.authorizations.length === 0 ? "nobody was ever authorized, so it counts from the account's making" : "the last authorization ended";
  return since === null ? null : { rule, event, since, period };
}
