import type { Usage } from "../measure/own-usage.ts";
import type { Phase } from "./contender.ts";
import type { Counts } from "./server.ts";

/** One measured phase of one contender in one round. */
export interface Sample extends Usage, Counts {
  contender: string;
  phase: Phase;
}

export interface CaldavSettings {
  events: number;
  rounds: number;
  server: string;
  /** Contenders that do not take part, with the reason. */
  left: Map<string, string>;
  /** What is measured, in this order. */
  phases: readonly Phase[];
}
