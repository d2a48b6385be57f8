/**
 * Offsets of one zone over one stretch of time, as sorted arrays. Index 0 of `offset` holds before the first transition,
 * index i + 1 from transition i on.
 */
export interface ZoneBlock {
  /** The block answers for wall and UTC seconds in [from, to). */
  readonly from: number;
  readonly to: number;
  /** UTC second at which each transition takes effect. */
  readonly at: readonly number[];
  /** First wall second that is read with the offset after the transition: a gap is read with the offset before it, an overlap too. */
  readonly wall: readonly number[];
  readonly offset: readonly number[];
}

/** A zone's offsets, built block by block where they are asked for. */
export interface ZoneTable {
  readonly id: string;
  /** The block that answered last. */
  current: ZoneBlock;
  /** Gives the block that answers for a second (wall or UTC). */
  readonly blockFor: (seconds: number) => ZoneBlock;
}

/** Sorted transitions as a block. `offsets` has one entry more than `at`. */
export function zoneBlock(from: number, to: number, at: readonly number[], offsets: readonly number[]): ZoneBlock {
  const wall = at.map((second, i) => second + Math.max(offsets[i] as number, offsets[i + 1] as number));
  return { from, to, at, wall, offset: offsets };
}

/** A zone with one offset for ever. */
export function fixedZone(id: string, offset: number): ZoneTable {
  const block = zoneBlock(-Infinity, Infinity, [], [offset]);
  return { id, current: block, blockFor: () => block };
}

function blockOf(zone: ZoneTable, seconds: number): ZoneBlock {
  const current = zone.current;
  if (seconds >= current.from && seconds < current.to) return current;
  return (zone.current = zone.blockFor(seconds));
}

/** How many entries of a sorted list are at or before a value. */
function rank(list: readonly number[], value: number): number {
  const length = list.length;
  if (length <= 12) {
    let i = 0;
    while (i < length && value >= (list[i] as number)) i++;
    return i;
  }
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= (list[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Seconds east of UTC at a UTC second. */
export function offsetAtUtc(zone: ZoneTable, utc: number): number {
  const block = blockOf(zone, utc);
  return block.offset[rank(block.at, utc)] as number;
}

/**
 * UTC second of a wall second (RFC 5545 section 3.3.5): of an overlap the first of the two instants, in a gap the wall time is read
 * with the offset before it, and so moves forward.
 */
export function wallToUtc(zone: ZoneTable, wall: number): number {
  const block = blockOf(zone, wall);
  return wall - (block.offset[rank(block.wall, wall)] as number);
}

/** The wall second up to which (not included) the offset that holds at `wall` holds. */
export function steadyTo(zone: ZoneTable, wall: number): number {
  const block = blockOf(zone, wall);
  return block.wall[rank(block.wall, wall)] ?? block.to;
}

/** Whether a wall second does not exist in the zone. */
export function isInGap(zone: ZoneTable, wall: number): boolean {
  const utc = wallToUtc(zone, wall);
  return utc + offsetAtUtc(zone, utc) !== wall;
}
