import { offsetAtUtc, type ZoneTable } from "./zone-table.ts";

/** One change of a zone's offset, seconds east of UTC before and from a UTC second. */
export interface ZoneTransition {
  utc: number;
  offsetFrom: number;
  offsetTo: number;
}

/** A zone's changes with from <= utc < to, in order. */
export function zoneTransitions(zone: ZoneTable, from: number, to: number): ZoneTransition[] {
  const found: ZoneTransition[] = [];
  for (let at = from; at < to;) {
    const block = zone.blockFor(at);
    block.at.forEach((utc, i) => {
      if (utc < Math.max(from, block.from) || utc >= Math.min(to, block.to)) return;
      found.push({ utc, offsetFrom: block.offset[i] as number, offsetTo: block.offset[i + 1] as number });
    });
    at = block.to;
  }
  return found;
}

/** Offset just before a UTC second. */
export function offsetBefore(zone: ZoneTable, utc: number): number {
  return offsetAtUtc(zone, utc - 1);
}
