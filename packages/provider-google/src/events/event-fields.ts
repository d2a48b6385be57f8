import type { PullReach } from "@kalends/model";

/** What every sync needs: identity, age, times, and what decides about busy. Of attendees only the account holder's own answer. */
const timing = [
  "id", "etag", "status", "created", "updated", "iCalUID", "sequence", "recurrence", "recurringEventId", "originalStartTime", "start", "end",
  "endTimeUnspecified", "transparency", "visibility", "eventType", "extendedProperties/private/kalendsUid",
];
const ownAnswerOnly = ["attendees(self,responseStatus)"];
const content = [
  "location", "colorId", "source/url", "hangoutLink", "conferenceData/entryPoints(entryPointType,uri)", "organizer(email,displayName)",
  "attendees(email,displayName,responseStatus,optional,resource,self)", "attendeesOmitted",
];
const around = ["nextPageToken", "nextSyncToken", "timeZone", "updated"];

/** What is asked of events: part of the query that a sync token freezes. */
export interface EventQuery {
  /** Partial response: nothing that nobody needs leaves Google. */
  fields: string;
  /** 1 where attendees do not matter: then Google hands out the account holder alone. */
  maxAttendees?: string;
}

const everything: PullReach = { titles: true, content: true, descriptions: true };

export function eventQuery(reach: PullReach = everything): EventQuery {
  const items = [
    ...timing,
    ...(reach.titles ? ["summary"] : []),
    ...(reach.content ? content : ownAnswerOnly),
    ...(reach.descriptions ? ["description"] : []),
  ];
  return { fields: `${around.join(",")},items(${items.join(",")})`, ...(reach.content ? {} : { maxAttendees: "1" }) };
}

/** The mask of one event that is to be changed: its attendees whole, because a list of them is written as a whole. */
export const writableFields: string = [...timing, ...content.filter((field) => !field.startsWith("attendees(")), "attendees", "summary", "description"].join(",");

/** One letter for each part that is asked for; a position is good for exactly these. */
export function reachLetters({ titles, content: hasContent, descriptions }: PullReach = everything): string {
  return `${titles ? "t" : ""}${hasContent ? "c" : ""}${descriptions ? "d" : ""}` || "b";
}
