import type { PollCadence } from "@kalends/model";
import type { EngineSettings } from "../settings.ts";

export interface CadenceInput {
  /** When a run last found changes, this one included; ms since the epoch. */
  lastChange: number | null;
  /** The provider tells of changes at least until the next poll. */
  watchedUntil: number | null;
  now: number;
  settings: Pick<EngineSettings, "pollEveryMs" | "pollQuietEveryMs" | "pollPushedEveryMs" | "activeForMs">;
}

/** How often a calendar is polled from now on, and why. Pure. */
export function planCadence({ lastChange, watchedUntil, now, settings }: CadenceInput): { cadence: PollCadence; everyMs: number } {
  // A channel that ends before the next poll would leave a gap that nobody covers.
  if (watchedUntil !== null && watchedUntil >= now + settings.pollPushedEveryMs) return { cadence: "pushed", everyMs: settings.pollPushedEveryMs };
  const isActive = lastChange !== null && now - lastChange < settings.activeForMs;
  return isActive ? { cadence: "active", everyMs: settings.pollEveryMs } : { cadence: "quiet", everyMs: settings.pollQuietEveryMs };
}
