import type { EventAttendee, EventContent, Participation } from "@kalends/model";
import { eventColors } from "./event-colors.ts";
import type { GoogleAttendee, GoogleEvent } from "./google-event.ts";

const answers: ReadonlyMap<string, Participation> = new Map<string, Participation>([
  ["needsAction", "needs-action"],
  ["declined", "declined"],
  ["tentative", "tentative"],
  ["accepted", "accepted"],
]);

/** The account holder's own answer; `undefined` where the event is no invitation. */
export function ownAnswer({ attendees }: Pick<GoogleEvent, "attendees">): Participation | undefined {
  return answers.get(attendees.find(({ self }) => self)?.responseStatus ?? "");
}

export function answerOf(attendee: Pick<GoogleAttendee, "responseStatus">): Participation {
  return answers.get(attendee.responseStatus ?? "") ?? "needs-action";
}

/** The Calendar API's word for an answer; one that was handed on (`delegated`) has none. */
export function wordOfAnswer(participation: Participation): string {
  for (const [word, meant] of answers) if (meant === participation) return word;
  return "needsAction";
}

/** What an event says beyond its time; `undefined` where it says nothing. */
export function readContent(event: GoogleEvent): EventContent | undefined {
  const content: EventContent = {};
  if (event.summary !== undefined) content.title = event.summary;
  if (event.description !== undefined) content.description = event.description;
  if (event.location !== undefined) content.location = event.location;
  if (event.organizer?.email !== undefined) content.organizer = person(event.organizer.email, event.organizer.displayName);
  const attendees = event.attendees.map(readAttendee).filter((attendee) => attendee !== null);
  if (attendees.length > 0) content.attendees = attendees;
  const color = eventColors.get(event.colorId ?? "");
  if (color !== undefined) content.color = color;
  if (isWebAddress(event.sourceUrl)) content.url = event.sourceUrl;
  if (isWebAddress(event.conferenceUrl)) content.conferenceUrl = event.conferenceUrl;
  return Object.keys(content).length === 0 ? undefined : content;
}

function readAttendee(attendee: GoogleAttendee): EventAttendee | null {
  if (attendee.email === undefined) return null;
  return {
    ...person(attendee.email, attendee.displayName),
    participation: answerOf(attendee),
    ...(attendee.optional ? { role: "optional" as const } : {}),
    ...(attendee.resource ? { kind: "resource" as const } : {}),
  };
}

function person(email: string, name: string | undefined): { address: string; name?: string } {
  return { address: email.toLowerCase(), ...(name === undefined ? {} : { name }) };
}

/** Only what a page may safely link to. */
function isWebAddress(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url);
}
