import { daysFromCivil, daySeconds } from "../civil/civil.ts";
import { fixedZone, zoneBlock, type ZoneBlock, type ZoneTable } from "./zone-table.ts";

/** About 4.3 years: a sync window needs one or two, and one costs about a millisecond to build. */
const blockSeconds = 2 ** 27;
/** Wall and UTC seconds differ by less than this, so that one block answers for both. */
const margin = 2 * daySeconds;
/** No zone changed its offset twice within fewer days since civil time is recorded in whole hours. */
const probeStep = 10 * daySeconds;
const quarterHour = 900;
const earliest = daysFromCivil(1800, 1, 1) * daySeconds;
/** From here on the rules of today repeat with the Gregorian cycle. */
const latest = daysFromCivil(2438, 1, 1) * daySeconds;
const cycle = 146_097 * daySeconds;

type OffsetOf = (utc: number) => number;

function offsetReader(id: string): OffsetOf {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: id,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  // The order of the parts is the locale's affair, so it is asked once and not assumed.
  const order = format
    .formatToParts(0)
    .filter((part) => part.type !== "literal")
    .map((part) => part.type);
  const position = (type: string): number => order.indexOf(type as Intl.DateTimeFormatPartTypes);
  const [y, mo, d, h, mi, s] = ["year", "month", "day", "hour", "minute", "second"].map(position) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return (utc) => {
    const numbers = (format.format(utc * 1000).match(/\d+/g) ?? []).map(Number);
    const at = (i: number): number => numbers[i] as number;
    return daysFromCivil(at(y), at(mo), at(d)) * daySeconds + at(h) * 3600 + at(mi) * 60 + at(s) - utc;
  };
}

/** The UTC second in (low, high] from which the offset is no longer `before`. Transitions on quarter hours are found sooner. */
function bisect(offsetOf: OffsetOf, low: number, high: number, before: number): number {
  let a = low;
  let b = high;
  while (b - a > 1) {
    let middle = Math.floor((a + b) / 2);
    if (b - a > quarterHour) middle = Math.max(a + 1, Math.floor(middle / quarterHour) * quarterHour);
    else if (b % quarterHour === 0 && a < b - 1 && offsetOf(b - 1) === before) return b;
    if (offsetOf(middle) === before) a = middle;
    else b = middle;
  }
  return b;
}

function buildBlock(offsetOf: OffsetOf, index: number): ZoneBlock {
  const from = index * blockSeconds;
  const to = from + blockSeconds;
  const at: number[] = [];
  let offset = offsetOf(from - margin);
  const offsets = [offset];
  for (let second = from - margin; second < to + margin;) {
    const next = Math.min(second + probeStep, to + margin);
    const nextOffset = offsetOf(next);
    if (nextOffset === offset) {
      second = next;
      continue;
    }
    const change = bisect(offsetOf, second, next, offset);
    offset = offsetOf(change);
    at.push(change);
    offsets.push(offset);
    second = change;
  }
  return zoneBlock(from, to, at, offsets);
}

function shifted(block: ZoneBlock, by: number): ZoneBlock {
  return {
    from: block.from + by,
    to: block.to + by,
    at: block.at.map((second) => second + by),
    wall: block.wall.map((second) => second + by),
    offset: block.offset,
  };
}

/**
 * The table of an IANA zone, read from the host's zone data (Intl) for the years met only. The same on every host zone.
 * `id` must be known to Intl.
 */
export function intlZone(id: string): ZoneTable {
  if (/^(?:etc\/)?(?:utc|gmt|uct|zulu|universal|greenwich|gmt[+-]?0)$/i.test(id)) return fixedZone(id, 0);
  const offsetOf = offsetReader(id);
  const blocks = new Map<number, ZoneBlock>();
  const ancient = zoneBlock(-Infinity, earliest, [], [offsetOf(earliest)]);
  const blockFor = (seconds: number): ZoneBlock => {
    if (!(seconds >= earliest)) return ancient;
    if (seconds >= latest) {
      const by = (Math.floor((seconds - latest) / cycle) + 1) * cycle;
      return shifted(blockFor(seconds - by), by);
    }
    const index = Math.floor(seconds / blockSeconds);
    let block = blocks.get(index);
    if (block === undefined) blocks.set(index, (block = buildBlock(offsetOf, index)));
    return block;
  };
  return { id, current: ancient, blockFor };
}
