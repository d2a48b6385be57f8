import type { TimeRange } from "@kalends/model";

/** Start of the first instance and end of the last, ms since the epoch; `null`: without end. */
export interface EventExtent {
  first: number;
  last: number | null;
}

/**
 * True where all of it lies before the window: it left, or was never inside. An event ahead of the window has not left it but is still to
 * come; a series with one instance at or after the window's start stays whole. Half-open: an event that ends as the window begins has left.
 */
export function hasLeft({ first, last }: EventExtent, window: TimeRange): boolean {
  if (last === null) return false;
  return first === last ? first < window.from : last <= window.from;
}
