import { daysFromCivil, daySeconds } from "../civil/civil.ts";

/** Why an expansion stopped before its window did. */
export type Cap = "results" | "steps";

/** Bounds of one expansion. */
export interface RuleLimits {
  /** Most instances given out. */
  maxResults: number;
  /** Most periods visited. */
  maxSteps: number;
}

/** Every period is looked at within a few microseconds at worst, and every Gregorian pattern shows itself within 146,097 of them. */
export const defaultRuleLimits: RuleLimits = { maxResults: 10_000, maxSteps: 400_000 };

/** No instance starts later than year 9999. */
export const endOfTime: number = daysFromCivil(10_000, 1, 1) * daySeconds;

/** Where an expansion puts what it finds: UTC seconds, ascending, none twice. */
export interface RuleOutput {
  readonly starts: number[];
  capped: Cap | undefined;
}

/** State of one expansion: counts instances from the start of the rule, and gives out those inside the window. */
export class InstanceSink {
  readonly out: RuleOutput;
  readonly from: number;
  readonly to: number;
  readonly until: number;
  readonly maxResults: number;
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
  }

  /** Takes the next instance; `false` where the expansion is at its end. */
  take(utc: number): boolean {
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
}
