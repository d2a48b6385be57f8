import { KalendsError, type BudgetGrant } from "@kalends/model";

/** A sixth of a minute's budget may go at once; the rest comes at a steady rate, so that no 60 seconds see more than the budget. */
const burstPart = 6;

/**
 * The generic cell rate algorithm (ITU-T I.371): `freeAt` is when everything granted so far will have been earned. Pure. `freeAt` in
 * microseconds since the epoch, all else in milliseconds. Throws `invalid-argument`.
 */
export function spendBudget(freeAt: number, wanted: number, perMinute: number, now: number): BudgetGrant & { freeAt: number } {
  for (const [name, value] of Object.entries({ wanted, perMinute })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new KalendsError("invalid-argument", `\`${name}\` must be a whole number, 1 or more`);
  }
  const burst = Math.max(1, Math.floor(perMinute / burstPart));
  const each = Math.ceil(60_000_000 / Math.max(1, perMinute - burst));
  const at = now * 1_000;
  const from = Math.max(freeAt, at);
  const room = Math.floor((at + burst * each - from) / each);
  const granted = Math.max(0, Math.min(wanted, room));
  const spent = from + granted * each;
  return { granted, nextAt: Math.ceil((spent - (burst - 1) * each) / 1_000), freeAt: spent };
}
