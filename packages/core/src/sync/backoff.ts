import type { KalendsError, Random } from "@kalends/model";
import type { EngineSettings } from "../settings.ts";

/** Spreads a duration by the jitter of the settings, so that calendars do not march in step. */
export function jittered(ms: number, settings: Pick<EngineSettings, "jitter">, random: Random): number {
  return Math.round(ms * (1 - settings.jitter + 2 * settings.jitter * random.uniform()));
}

/** States of the whole installation: no job is to blame for them. */
const ofInstallation = /^(store|key|engine|envelope)-/;

/** Whether waiting alone may mend a failure. */
export function mendsByItself({ code, failure }: Pick<KalendsError, "code" | "failure">): boolean {
  return (failure !== "permanent" && failure !== "invalid-state") || ofInstallation.test(code);
}

/** Whether so many failures in a row, the last of them this one, set a job aside. */
export function isDead(error: Pick<KalendsError, "code" | "failure">, failures: number, settings: Pick<EngineSettings, "failuresUntilDead">): boolean {
  return failures >= settings.failuresUntilDead && !mendsByItself(error);
}

/**
 * How long to wait after a failure, or `null` where trying again by itself would be pointless.
 * What the provider asked for (Retry-After) is a floor, never a ceiling.
 */
export function waitAfterFailure(error: KalendsError, failures: number, settings: EngineSettings, random: Random): number | null {
  // A calendar that answers 404 may be back in a moment; where it is gone, the calendar list ends its polling.
  if (error.failure === "auth") return null;
  if (isDead(error, failures, settings)) return jittered(settings.deadEveryMs, settings, random);
  const doubled = settings.retryFirstMs * 2 ** Math.min(failures - 1, 20);
  const slow = error.failure === "permanent" ? settings.retryMostMs : Math.min(doubled, settings.retryMostMs);
  const wait = jittered(slow, settings, random);
  const floor = error.retryAfterMs ?? 0;
  // Above the floor only: calendars that were all told the same time still do not come back at once.
  return wait >= floor ? wait : Math.round(floor * (1 + settings.jitter * random.uniform()));
}
