import { canonicalParts } from "@kalends/ical";
import type { AccountSealer, CalendarObject } from "@kalends/model";

/** Length of each of the four parts of a stored object's digest. */
export const digestPart = 16;
const nothing = "-".repeat(digestPart);

/**
 * Four keyed digests in one text: times, titles, other content, descriptions; dashes where nothing is kept. Whoever reaches only the first
 * of them can be told exactly of the changes that it sees.
 */
export function objectDigest(object: CalendarObject, sealer: AccountSealer): string {
  const part = (text: string | null): string => (text === null ? nothing : sealer.digest(text).slice(0, digestPart));
  const { times, titles, others, descriptions } = canonicalParts(object);
  return part(times) + part(titles) + part(others) + part(descriptions);
}
