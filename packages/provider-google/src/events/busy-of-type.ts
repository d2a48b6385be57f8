import type { BusyKind } from "@kalends/model";
import type { GoogleEvent } from "./google-event.ts";

/** What a kind of event (`eventType`) means for free-busy. */
export interface TypeMeaning {
  eventType: string;
  /** The word it is shown as; `null`: transparency, status and answer decide, as for any event. */
  showAs: BusyKind | null;
  /** For the reference page. */
  meaning: string;
}

/**
 * The kinds of events that Google has (Calendar API guide, "Event types"). A transparent event is free whatever its kind: that row of the
 * busy rules comes first.
 */
export const typeMeanings: readonly TypeMeaning[] = [
  { eventType: "default", showAs: null, meaning: "as its transparency, status and answer say" },
  { eventType: "fromGmail", showAs: null, meaning: "as a default event: Google made it from a mail, and the user decides whether it blocks" },
  { eventType: "outOfOffice", showAs: "out-of-office", meaning: "out of office" },
  { eventType: "focusTime", showAs: "busy", meaning: "busy: the user keeps the time for work alone" },
  { eventType: "workingLocation", showAs: "free", meaning: "free: it tells where somebody works, not that the time is taken" },
  { eventType: "birthday", showAs: "free", meaning: "free" },
];

const byType: ReadonlyMap<string, BusyKind | null> = new Map(typeMeanings.map(({ eventType, showAs }) => [eventType, showAs]));

/** A kind that Google adds later counts as a default event. */
export function busyOfType({ eventType }: Pick<GoogleEvent, "eventType">): BusyKind | null {
  return byType.get(eventType ?? "default") ?? null;
}
