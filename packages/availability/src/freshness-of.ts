import type { CalendarFreshness, SyncState } from "@kalends/model";

/**
 * How well a calendar is known at `now` (ms since the epoch). It is fresh while its last complete sync is at most `limitMs` old;
 * an error by itself does not make it stale, for what was read shortly before still stands. A last success that lies further in
 * the future than the limit is not believed: the clock was wrong then or is now.
 */
export function freshnessOf(
  state: Pick<SyncState, "calendarId" | "lastSuccess" | "errorCode">,
  now: number,
  limitMs: number,
): CalendarFreshness {
  const { calendarId, lastSuccess, errorCode } = state;
  if (lastSuccess === null) return { calendarId, state: "never", lastSuccess: null, ageMs: null, errorCode };
  return {
    calendarId,
    state: Math.abs(now - lastSuccess) <= limitMs ? "fresh" : "stale",
    lastSuccess: new Date(lastSuccess).toISOString(),
    ageMs: Math.max(0, now - lastSuccess),
    errorCode,
  };
}
