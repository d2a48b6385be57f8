import { daysFromCivil, daySeconds } from "../civil/civil.ts";

/** Why an expansion stopped before its window did. */
export type Cap = "results" | "steps" | "time";

/** Bounds of one expansion. */
export interface RuleLimits {
  /** Most instances given out. */
  maxResults: number;
  /** Most candidates (periods, days and times of day) looked at. */
  maxSteps: number;
}

/**
 * A candidate costs some tens of nanoseconds, so that a rule ends within 50 ms; a whole Gregorian cycle, which proves that a rule has no
 * instance, has fewer of them.
 */
export const defaultRuleLimits: RuleLimits = { maxResults: 10_000, maxSteps: 200_000 };

/** No instance starts later than year 9999. */
export const endOfTime: number = daysFromCivil(10_000, 1, 1) * daySeconds;

/** Where an expansion puts what it finds: UTC seconds, ascending, none twice. */
export interface RuleOutput {
  readonly starts: number[];
  capped: Cap | undefined;
  /** Candidates that were looked at. */
  steps?: number;
}

/** The day on which a seek may begin: no zone is further than a day from UTC, and a gap moves by less than a day. */
export function seekDay(from: number): number {
  return Math.floor(from / daySeconds) - 2;
}

/** State of one expansion: counts instances from the start of the rule, and gives out those inside the window. */
export class InstanceSink {
  readonly out: RuleOutput;
  readonly from: number;
  readonly to: number;
  readonly until: number;
  readonly maxResults: number;
  readonly maxSteps: number;
  steps: number = 0;
  /** Instances that came in, those before the window included. */
  seen: number = 0;
  /** Instances that the rule may still have. */
  left: number;
  /** UTC second of the last instance taken, to leave out a second one that a DST gap moved onto it. */
  last: number = -Infinity;

  constructor(out: RuleOutput, from: number, to: number, until: number, left: number, limits: RuleLimits) {
    this.out = out;
    this.from = from;
    this.to = Math.min(to, endOfTime);
    this.until = until;
    this.left = left;
    this.maxResults = limits.maxResults;
    this.maxSteps = limits.maxSteps;
  }

  /** A day after which nothing can be in the window any more. */
  endDay(): number {
    return Math.min(this.to, this.until) / daySeconds + 2;
  }

  /** Counts candidates; `false` where there were too many, which ends the expansion. */
  step(candidates: number): boolean {
    this.steps += candidates;
    if (this.steps <= this.maxSteps) return true;
    this.out.capped = "steps";
    return false;
  }

  /** Takes the next instance; `false` where the expansion is at its end. */
  take(utc: number): boolean {
    this.seen++;
    if (utc === this.last) return true;
    if (this.left <= 0 || utc > this.until || utc >= this.to) return false;
    this.left--;
    this.last = utc;
    if (utc < this.from) return true;
    if (this.out.starts.length >= this.maxResults) {
      this.out.capped = "results";
      return false;
    }
    this.out.starts.push(utc);
    return true;
  }

  /** Takes `count` instances, `step` seconds apart, as `take` would one by one; `false` where the expansion is at its end. */
  takeRun(first: number, step: number, count: number): boolean {
    if (!this.take(first)) return false;
    const { out, from, to, until, maxResults } = this;
    const { starts } = out;
    let { seen, left, last } = this;
    let goesOn = true;
    for (let utc = first + step, rest = count - 1; rest > 0; rest--, utc += step) {
      seen++;
      if (left <= 0 || utc > until || utc >= to) {
        goesOn = false;
        break;
      }
      left--;
      last = utc;
      if (utc < from) continue;
      if (starts.length >= maxResults) {
        out.capped = "results";
        goesOn = false;
        break;
      }
      starts.push(utc);
    }
    this.seen = seen;
    this.left = left;
    this.last = last;
    return goesOn;
  }
}
