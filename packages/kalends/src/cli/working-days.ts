const dayMs = 86_400_000;

/** Today and tomorrow; at a weekend, when the four are free, or before one: the Monday and Tuesday that come. First day, and the day after the last. */
export function workingDays(today: string): [string, string] {
  const midnight = Date.parse(`${today}T00:00:00Z`);
  const weekday = new Date(midnight).getUTCDay();
  const ahead = weekday >= 5 ? 8 - weekday : weekday === 0 ? 1 : 0;
  return [0, 2].map((days) => new Date(midnight + (ahead + days) * dayMs).toISOString().slice(0, 10)) as [string, string];
}
