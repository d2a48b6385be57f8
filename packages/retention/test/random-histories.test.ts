import fc from "fast-check";
import { expect, test } from "vitest";
import { dayMs, defaultRetentionPolicy, evaluateAccount, type AccountFacts, type RecordFact } from "../src/index.ts";

type Step = { at: number; what: "authorize" | "end"; app: "a" | "b" } | { at: number; what: "leave" | "return" | "refuse" | "prove" | "disconnect" };

/**
 * The same promises told another way: walks through the history and winds each clock up, stops it, lets it run out. Knows nothing of facts.
 * Answers, for each of the rows, the moment from which it must be gone (Infinity: it stays).
 */
function reference(history: readonly Step[]): Record<string, number> {
  const active = new Set<string>();
  const ends: Record<string, number> = { a: 0, b: 0 };
  let last = 0;
  let left = Infinity;
  let refused = Infinity;
  let disconnected = Infinity;
  for (const step of history) {
    if (step.what === "authorize") active.add(step.app);
    else if (step.what === "end") {
      if (!active.delete(step.app)) continue;
      ends[step.app] = step.at;
      last = step.at;
    } else if (step.what === "leave") left = Math.min(left, step.at);
    else if (step.what === "return") left = Infinity;
    else if (step.what === "refuse") refused = Math.min(refused, step.at);
    else if (step.what === "disconnect") disconnected = Math.min(disconnected, step.at);
    else refused = disconnected = Infinity;
  }
  const idle = (days: number): number => (active.size > 0 ? Infinity : last + days * 24 * 3_600_000);
  const own = (app: string): number => (active.has(app) ? Infinity : (ends[app] ?? 0) + 90 * 24 * 3_600_000);
  return {
    event: Math.min(left + 31 * 24 * 3_600_000, idle(30)),
    "partner of a": own("a"),
    "partner of b": own("b"),
    credential: Math.min(refused, disconnected, idle(30)),
    structure: idle(90),
  };
}

/** What the store would hold after the history: rows of rights with their ends, and marks. */
function factsAfter(history: readonly Step[]): AccountFacts {
  const authorizations: { id: string; applicationId: string; endedAt: number | null }[] = [];
  let leftWindowAt: number | null = null;
  let refusedAt: number | null = null;
  let disconnectedAt: number | null = null;
  for (const step of history) {
    const current = "app" in step ? authorizations.find(({ applicationId, endedAt }) => applicationId === step.app && endedAt === null) : undefined;
    if (step.what === "authorize") {
      if (current === undefined) authorizations.push({ id: String(authorizations.length), applicationId: step.app, endedAt: null });
    } else if (step.what === "end") {
      if (current !== undefined) current.endedAt = step.at;
    } else if (step.what === "leave") leftWindowAt ??= step.at;
    else if (step.what === "return") leftWindowAt = null;
    else if (step.what === "refuse") refusedAt ??= step.at;
    else if (step.what === "disconnect") disconnectedAt ??= step.at;
    else refusedAt = disconnectedAt = null;
  }
  const records: RecordFact[] = [
    { class: "third-party-event", record: "event", rows: 1, leftWindowAt },
    { class: "partner-event", record: "partner of a", rows: 1, applicationId: "a" },
    { class: "partner-event", record: "partner of b", rows: 1, applicationId: "b" },
    { class: "credential", record: "credential", rows: 1, refusedAt, disconnectedAt },
    { class: "structure", record: "structure", rows: 1 },
  ];
  return { accountId: "acc", createdAt: 0, authorizations, erasureRequestedAt: null, records };
}

const app = fc.constantFrom("a" as const, "b" as const);
const gap = fc.oneof(fc.integer({ min: 1, max: 40 * dayMs }), fc.constantFrom(dayMs, 30 * dayMs, 31 * dayMs, 90 * dayMs, 1));
const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom("authorize" as const, "end" as const), app }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("leave" as const, "return" as const, "refuse" as const, "prove" as const, "disconnect" as const) }) },
);
const history = fc.array(fc.tuple(gap, action), { maxLength: 14 }).map((steps) => {
  let at = 0;
  return steps.map(([wait, step]): Step => ({ ...step, at: (at += wait) }) as Step);
});

test("100,000 random histories: nothing a millisecond early, nothing a millisecond late", () => {
  let early = 0;
  let late = 0;
  let purged = 0;
  let kept = 0;
  fc.assert(
    fc.property(history, fc.nat({ max: 4 }), fc.integer({ min: -1, max: 1 }), fc.nat({ max: 200 * dayMs }), (steps, pick, nudge, random) => {
      const expected = reference(steps);
      const facts = factsAfter(steps);
      const end = steps.at(-1)?.at ?? 0;
      const some = Object.values(expected)[pick] ?? Infinity;
      // Half of the questions are asked right at the edge of a clock.
      const now = Number.isFinite(some) && random % 2 === 0 ? Math.max(end, some + nudge) : end + random;
      for (const decision of evaluateAccount(defaultRetentionPolicy, facts, now)) {
        const due = expected[decision.record] ?? Infinity;
        if (decision.action === "purge" && now < due) early += 1;
        if (decision.action === "keep" && now >= due) late += 1;
        if (decision.action === "purge") purged += 1;
        else kept += 1;
        if ((decision.due ?? Infinity) !== due) throw new Error(`${decision.record}: due ${decision.due}, the reference says ${due}`);
      }
    }),
    { numRuns: 100_000 },
  );
  expect({ early, late }).toEqual({ early: 0, late: 0 });
  // The histories reach both sides of the clocks often enough to say something.
  expect(Math.min(purged, kept)).toBeGreaterThan(50_000);
});
