import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validRule, type RandomRule } from "./random-rules.ts";
import { ownAnswer, rustAnswer, temporalAnswer, type Answer } from "./witnesses.ts";

/** `KALENDS_WITNESS_RULES=2000` looks at more; rrule-temporal takes some 15 ms a rule, on a busy machine many times that. */
const runs = Number(process.env["KALENDS_WITNESS_RULES"] ?? 80);
/** The same rules every time: a new kind of disagreement wants a reader of the RFC, not a red build. `KALENDS_RANDOM_SEED` looks elsewhere. */
const seed = Number(process.env["KALENDS_RANDOM_SEED"] ?? 4);

const from = Date.UTC(2026, 0, 1) / 1000;
const asked = { from, to: from + 400 * 86_400 };

function same(a: Answer, b: Answer): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Where both witnesses are known to answer otherwise than our policies say; each stands in docs/reference/recurrence.md. */
function isPolicy({ rrule, zone }: RandomRule, rust: Answer, own: Answer): boolean {
  // A BYSETPOS that no period reaches: both give no instance. Here the rule is refused with a warning, so that its event still blocks once.
  if (own === null && rust?.length === 0 && rrule.includes("BYSETPOS")) return true;
  // BYWEEKNO that leaves the weekday to DTSTART: with BYSETPOS both pick from all seven days.
  if (rrule.includes("BYWEEKNO") && rrule.includes("BYSETPOS") && !/BYDAY|BYMONTHDAY|BYYEARDAY/.test(rrule)) return true;
  // Hours are exact hours: a shift of half an hour moves them to other full hours of the wall clock, where both stay on the old ones.
  return rrule.startsWith("FREQ=HOURLY") && zone === "Australia/Lord_Howe";
}

test(
  `of ${runs} random rules, those that rrule-rust and rrule-temporal answer alike are answered so here too`,
  () => {
    const different: string[] = [];
    let agreed = 0;
    let busy = 0;
    let looked = 0;
    const end = performance.now() + Math.max(8000, runs * 60);
    for (const rule of fc.sample(validRule, { numRuns: runs, seed })) {
      if (performance.now() > end) break;
      looked++;
      const rust = rustAnswer(rule, asked);
      if (rust === null || !same(rust, temporalAnswer(rule, asked))) continue;
      const own = ownAnswer(rule, asked);
      if (isPolicy(rule, rust, own)) continue;
      agreed++;
      if (rust.length > 0) busy++;
      if (!same(own, rust)) different.push(`${rule.rrule} at ${rule.start} in ${rule.zone}`);
    }
    expect(different, `seed ${seed}`).toEqual([]);
    // The witnesses do agree on most, and not only on nothing.
    expect(agreed).toBeGreaterThan(looked * 0.4);
    expect(busy).toBeGreaterThan(looked * 0.1);
    expect(looked).toBeGreaterThan(5);
  },
  Math.max(60_000, runs * 200),
);

/** Where the two differ from each other, and what RFC 5545 says. Windows are the 400 days from 2026-01-01. */
describe("the witnesses differ", () => {
  test.each([
    {
      why: "section 3.3.10: BYDAY limits BYYEARDAY; rrule-temporal passes over BYDAY",
      rule: { rrule: "FREQ=YEARLY;BYYEARDAY=100,200;BYDAY=FR", start: "2020-01-01T09:00:00", zone: "UTC" },
      right: "rust",
    },
    {
      why: "section 3.3.10: what BYDAY leaves out comes from DTSTART, so that BYWEEKNO alone means its weekday, here a Wednesday; neither does",
      rule: { rrule: "FREQ=YEARLY;BYWEEKNO=20", start: "2020-05-13T09:00:00", zone: "UTC" },
      right: [Date.UTC(2026, 4, 13, 9) / 1000],
    },
    {
      why: "policy, section 3.3.5: a time in a gap moves forward; rrule-temporal leaves it out",
      rule: { rrule: "FREQ=DAILY", start: "2026-03-25T02:30:00", zone: "Europe/Berlin" },
      right: "rust",
    },
  ] as const)("$why", ({ rule, right }) => {
    const rust = rustAnswer(rule, asked);
    const temporal = temporalAnswer(rule, asked);
    expect(same(rust, temporal)).toBe(false);
    expect(ownAnswer(rule, asked)).toEqual(right === "rust" ? rust : right);
  });
});
