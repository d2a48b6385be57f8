import type { EngineSettings } from "../settings.ts";

/** Of the freshness that is promised, so that the spread of planned times and the run itself still fit in. */
const partOfFreshness = 0.75;

/**
 * When a calendar is looked at again, in ms. A publisher may ask for a slower pace (the hint `refreshMs`; RFC 7986 section 5.7 calls it the
 * suggested least interval). It is followed as far as the host's promise of freshness goes, and never makes the pace faster than the host's.
 */
export function pollInterval(hints: Readonly<Record<string, string>>, settings: Pick<EngineSettings, "pollEveryMs" | "freshForMs">): number {
  const wanted = Number(hints["refreshMs"] ?? Number.NaN);
  if (!Number.isFinite(wanted)) return settings.pollEveryMs;
  return Math.max(settings.pollEveryMs, Math.min(wanted, settings.freshForMs * partOfFreshness));
}
