import type { ClaimedJob } from "@kalends/model";

/**
 * Since when a job that is not done counts as owed, so that it finds its place again. Of what it has waited in the line so far, three quarters
 * are kept where the run was put off and half where it failed: a retry does not begin at the end of a line that is hours long, and what is
 * busy or fails for ever does not stand before the others for ever. The wait until `runAt` counts for nothing: meanwhile everybody else
 * comes closer. Pure; all times in ms since the epoch.
 */
export function owedSinceOf(job: Pick<ClaimedJob, "owedSince">, end: "put-off" | "failed", now: number, runAt: number): number {
  const waited = Math.max(0, now - job.owedSince);
  return Math.max(now, runAt) - Math.floor(waited * (end === "failed" ? 0.5 : 0.75));
}
