import { KalendsError } from "@kalends/model";
import type { TimeRange } from "@kalends/model";

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

function parseInstant(name: string, text: string): number {
  const ms = typeof text === "string" && instant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new KalendsError("invalid-argument", `\`${name}\` must be an ISO 8601 instant with an offset, such as 2026-11-20T09:00:00Z`);
  }
  return ms;
}

/** A half-open range from two ISO 8601 instants. Throws `invalid-argument`. */
export function parseRange(from: string, to: string): TimeRange {
  const range = { from: parseInstant("from", from), to: parseInstant("to", to) };
  if (range.from >= range.to) throw new KalendsError("invalid-argument", "`from` must be before `to`");
  return range;
}
