import type { CompiledRule } from "./compile-rule.ts";
import { expandElapsed } from "./expand-elapsed.ts";
import { expandPeriods } from "./expand-periods.ts";
import { expandDaily, expandMonths, expandWeekly } from "./expand-shapes.ts";
import { defaultRuleLimits, InstanceSink, type RuleLimits, type RuleOutput } from "./rule-output.ts";

/**
 * UTC seconds of the rule's instances with from <= start < to, ascending, appended to `out.starts`. Never hangs: it ends at the
 * window's end, after a whole Gregorian cycle without an instance, or at a limit, which it names in `out.capped`.
 */
export function expandRule(rule: CompiledRule, from: number, to: number, out: RuleOutput, limits: RuleLimits = defaultRuleLimits): void {
  if (rule.until < rule.startUtc || to <= rule.startUtc || from > rule.until) return;
  const sink = new InstanceSink(out, Math.max(from, rule.startUtc), to, rule.until, rule.count, limits);
  if (rule.shape === "weekly") expandWeekly(rule, sink);
  else if (rule.shape === "daily") expandDaily(rule, sink);
  else if (rule.shape === "monthly" || rule.shape === "yearly") expandMonths(rule, sink);
  else if (rule.shape === "period") expandPeriods(rule, sink);
  else expandElapsed(rule, sink);
  out.steps = (out.steps ?? 0) + sink.steps + sink.seen;
}
