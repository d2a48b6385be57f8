export const kindWords = {
  busy: "busy",
  tentative: "tentative",
  "out-of-office": "out of office",
  "working-elsewhere": "working elsewhere",
  unknown: "not known",
};

/** What a block on the grid says itself; a busy one needs no word. */
export const shortKindWords = {
  tentative: "tentative",
  "out-of-office": "out of office",
  "working-elsewhere": "elsewhere",
  unknown: "not known",
};

export const kinds = Object.keys(kindWords);

/** `3 s ago`, `12 min ago`, `5 h ago`, `2 days ago`. */
export function ageWords(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 2) return "just now";
  if (seconds < 90) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

/** Tokyo of Asia/Tokyo, New York of America/New_York. */
export function cityOf(zone) {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

const formats = new Map();

/** Formats an instant in a zone with fixed fields, in the page's one language. */
export function formatIn(zone, fields, instant) {
  const key = `${zone}|${JSON.stringify(fields)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...fields })));
  return format.format(instant);
}

export function clockIn(zone, instant) {
  return formatIn(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, instant);
}

/** `10:00 to 11:00`, with days where the two differ from each other. */
export function spanIn(zone, from, to) {
  const dayFields = { weekday: "short" };
  const fromDay = formatIn(zone, { ...dayFields, day: "numeric", month: "numeric" }, from);
  const toDay = formatIn(zone, { ...dayFields, day: "numeric", month: "numeric" }, to - 1);
  const start = `${formatIn(zone, dayFields, from)} ${clockIn(zone, from)}`;
  return fromDay === toDay ? `${start} to ${clockIn(zone, to)}` : `${start} to ${formatIn(zone, dayFields, to)} ${clockIn(zone, to)}`;
}

/** UTC+05:30 for a zone at an instant. */
export function offsetWords(zone, instant, timeZoneName = "longOffset") {
  const text = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName }).formatToParts(instant);
  const name = text.find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  return name === "GMT" ? "UTC" : name.replace("GMT", "UTC");
}

/** UTC+5:30 for a zone at an instant. */
export function shortOffsetWords(zone, instant) {
  return offsetWords(zone, instant, "shortOffset");
}
