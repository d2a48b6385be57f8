import type { BusyKind, EventTiming } from "@kalends/model";

/** The part of an event's timing that decides whether it blocks. */
export type BusyFacts = Pick<EventTiming, "status" | "transparent" | "showAs" | "participation" | "visibility">;

/**
 * Which kind of busy an event makes of its time; `null` where it leaves the time free. The first row that fits decides:
 *
 * | # | The event ...                                                    | is then           |
 * |---|------------------------------------------------------------------|-------------------|
 * | 1 | is cancelled (STATUS, RFC 5545 section 3.8.1.11)                 | `null`            |
 * | 2 | was declined by the account holder (PARTSTAT, section 3.2.12)    | `null`            |
 * | 3 | is transparent (TRANSP, section 3.8.2.7)                         | `null`            |
 * | 4 | is shown as free by the provider's own word                      | `null`            |
 * | 5 | is shown as busy, tentative, out of office, working elsewhere    | that word         |
 * | 6 | has the status tentative                                         | `tentative`       |
 * | 7 | is an invitation answered tentatively, or not answered yet       | `tentative`       |
 * | 8 | is anything else                                                 | `busy`            |
 *
 * - Providers disagree about unanswered invitations: Google counts them busy, Microsoft tentative or free. Kalends keeps them
 *   apart as tentative, so that the caller can decide. Where a provider says its own word (row 5), that word stands.
 * - A shown-as `unknown` says nothing; rows 6 to 8 decide.
 * - A delegated invitation blocks (row 8) until the organizer takes the holder off it.
 * - Visibility never matters: a private event blocks as a public one does.
 * - An all-day event follows the same rows: it is free only where the source says so.
 */
export function busyKindOf(timing: BusyFacts): BusyKind | null {
  if (timing.status === "cancelled" || timing.participation === "declined" || timing.transparent) return null;
  if (timing.showAs === "free") return null;
  if (timing.showAs !== undefined && timing.showAs !== "unknown") return timing.showAs;
  if (timing.status === "tentative") return "tentative";
  return timing.participation === "tentative" || timing.participation === "needs-action" ? "tentative" : "busy";
}
