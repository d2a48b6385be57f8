import { KalendsError } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

const lastSeenSetting = "retention.last-seen";
const mostJumpMs = 86_400_000;

/** The time that removals go by. */
export interface RetentionClock {
  /** Never earlier than any time seen before: a clock that was put back forgets no deadline. */
  now: number;
  lastSeen: number | null;
  /** The clock is more than 24 hours ahead of what was last seen: nothing may be removed until somebody confirms it. */
  held: boolean;
}

/** Looks at the clock without writing anything. */
export async function lookAtClock(runtime: Runtime): Promise<RetentionClock> {
  const text = await runtime.store.settings.get(lastSeenSetting);
  const lastSeen = text === null ? null : Number(text);
  const now = Math.max(runtime.clock.now(), lastSeen ?? -Infinity);
  return { now, lastSeen, held: lastSeen !== null && now - lastSeen > mostJumpMs };
}

/**
 * Notes the time, so that a wrong clock shows. A jump of more than 24 hours is noted only where it is confirmed: the machine may have been
 * off for a week, or its clock may be wrong, and only a person can tell.
 */
export async function noteClock(runtime: Runtime, confirmJump: boolean): Promise<RetentionClock> {
  const seen = await lookAtClock(runtime);
  if (seen.held && !confirmJump) return seen;
  if (seen.lastSeen !== seen.now) await write(runtime, seen);
  return { ...seen, held: false };
}

async function write(runtime: Runtime, { lastSeen, now }: RetentionClock): Promise<void> {
  const { settings } = runtime.store;
  try {
    if (lastSeen === null) await settings.put(lastSeenSetting, String(now));
    else await settings.replace(lastSeenSetting, String(lastSeen), String(now));
  } catch (thrown) {
    // Another process noted it meanwhile.
    if (!(thrown instanceof KalendsError) || !["already-exists", "revision-conflict"].includes(thrown.code)) throw thrown;
  }
}
