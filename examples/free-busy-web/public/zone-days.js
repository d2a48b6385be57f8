// Days of a zone as they really are: 23, 24 or 25 hours long. No library: Intl knows the zones.

const hour = 3_600_000;
const formats = new Map();

function formatOf(zone) {
  let format = formats.get(zone);
  if (!format) {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", era: "short", ...fields });
    formats.set(zone, format);
  }
  return format;
}

/** Wall time in the zone as if it were UTC, ms. The difference to `instant` is the zone's offset. */
export function wallOf(instant, zone) {
  const parts = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) parts[type] = value;
  const millisecond = ((instant % 1000) + 1000) % 1000;
  return Date.UTC(+parts.year, +parts.month - 1, +parts.day, +parts.hour, +parts.minute, +parts.second, millisecond);
}

export function offsetAt(instant, zone) {
  return wallOf(instant, zone) - instant;
}

/** `YYYY-MM-DD` of an instant in the zone. */
export function dateOf(instant, zone) {
  return new Date(wallOf(instant, zone)).toISOString().slice(0, 10);
}

export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 24 * hour).toISOString().slice(0, 10);
}

/** First instant of a date in the zone, also where midnight does not exist or happens twice. */
export function startOfDate(date, zone) {
  const wall = Date.parse(`${date}T00:00:00Z`);
  let low = wall - 30 * hour;
  let high = wall + 30 * hour;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (dateOf(middle, zone) >= date) high = middle;
    else low = middle;
  }
  return high;
}

/** Where the offset changes between two instants, at most one change; `null` where it does not. */
function transitionIn(from, to, zone) {
  const before = offsetAt(from, zone);
  const after = offsetAt(to - 1, zone);
  if (before === after) return null;
  let low = from;
  let high = to - 1;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return { at: high, shift: after - before };
}

/** One day of the zone: its instants, half-open, and its change of offset, if any. */
export function dayOf(date, zone) {
  const from = startOfDate(date, zone);
  const to = startOfDate(addDays(date, 1), zone);
  return { date, from, to, offset: offsetAt(from, zone), transition: transitionIn(from, to, zone) };
}

/** First date of the week in which a date lies. `weekStart`: monday, sunday or saturday. */
export function weekOf(date, weekStart) {
  const first = { monday: 1, sunday: 0, saturday: 6 }[weekStart] ?? 1;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, -((weekday - first + 7) % 7));
}

/**
 * A week's days with one common scale of rows. Where the clock goes back on one of the days, the scale has that hour twice,
 * and the other days have a gap there; where it goes forward, that day has a gap.
 */
export function weekDays(firstDate, zone) {
  const days = [0, 1, 2, 3, 4, 5, 6].map((index) => dayOf(addDays(firstDate, index), zone));
  const folded = days.find(({ transition }) => transition && transition.shift < 0);
  const fold = folded ? foldOf(folded) : null;
  const minutes = 1440 + (fold?.length ?? 0);
  return { days: days.map((day) => ({ ...day, voids: voidsOf(day, fold, folded) })), fold, minutes, folded };
}

/** Minutes of the day at which the repeated stretch begins, and its length. */
function foldOf(day) {
  const { at, shift } = day.transition;
  const length = -shift / 60_000;
  return { start: (at - day.from) / 60_000 - length, length };
}

function voidsOf(day, fold, folded) {
  const voids = [];
  if (fold && day.date !== folded.date) voids.push({ from: fold.start + fold.length, to: fold.start + 2 * fold.length });
  if (day.transition && day.transition.shift > 0) {
    const from = (day.transition.at - day.from) / 60_000;
    voids.push({ from, to: from + day.transition.shift / 60_000 });
  }
  // A day whose midnight does not exist begins late.
  const begin = ((((day.from + day.offset) % (24 * hour)) + 24 * hour) % (24 * hour)) / 60_000;
  if (begin > 0) voids.push({ from: 0, to: begin });
  return voids;
}

/** Row position, in minutes from the top, of an instant on a day of the week. */
export function rowOf(instant, day, week) {
  const begin = ((((day.from + day.offset) % (24 * hour)) + 24 * hour) % (24 * hour)) / 60_000;
  let row = begin + (instant - day.from) / 60_000;
  const { transition } = day;
  if (transition && transition.shift > 0 && instant >= transition.at) row += transition.shift / 60_000;
  // The end of a stretch that ends where the common gap begins stays above the gap.
  if (week.fold && day.date !== week.folded.date && row > week.fold.start + week.fold.length) row += week.fold.length;
  return row;
}

/** Labels of the rows: minute from the top, text, and whether it is the second time that day. */
export function rowLabels(week) {
  const labels = [];
  for (let row = 0; row < week.minutes; row += 60) {
    const isSecond = week.fold !== null && row >= week.fold.start + week.fold.length && row < week.fold.start + 2 * week.fold.length;
    const wall = week.fold && row >= week.fold.start + week.fold.length ? row - week.fold.length : row;
    labels.push({ row, text: `${String(Math.floor(wall / 60)).padStart(2, "0")}:${String(wall % 60).padStart(2, "0")}`, isSecond });
  }
  return labels;
}
