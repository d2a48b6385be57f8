import type { Credential, PullRequest } from "@kalends/model";

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`;
/** Any of these lets `freebusy.query` be asked, and any of the others events be read (discovery document, scopes of each method). */
const busyScopes = ["calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"].map(scope);
const eventScopes = ["calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly", "calendar.events.owned", "calendar.events.owned.readonly"].map(scope);

/**
 * Whether a calendar is read by its busy times: the grant is for those alone, or the calendar is shared so. A grant that names no scopes is
 * not judged. Who may read events and not ask for busy times reads the events of such a calendar, which then hold nothing but times.
 */
export function isReadByBusyTimes(credential: Credential, calendar: PullRequest["calendar"]): boolean {
  const sharedSo = calendar.hints["access"] === "freeBusyReader";
  if (credential.kind !== "oauth" || credential.scopes.length === 0) return sharedSo;
  const mayAsk = busyScopes.some((name) => credential.scopes.includes(name));
  const mayRead = eventScopes.some((name) => credential.scopes.includes(name));
  return mayAsk && (sharedSo || !mayRead);
}
