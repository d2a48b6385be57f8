import type { CaldavState, SandboxInvitation, UserState } from "./caldav-state.ts";
import { factsOrNull, type CalendarStore } from "./calendar-store.ts";

/** A content line with its folds and its line end, and the same as one line. */
interface Line {
  raw: string;
  text: string;
}

const wholeLine = /[^\r\n]+(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|$)/g;

/**
 * What a scheduling server does with an event that its organizer writes (RFC 6638 section 3.2.1): each attendee is sent the event, unless
 * SCHEDULE-AGENT keeps the server out of it, and the line of each says what became of that. Users of the sandbox find the event in their
 * first calendar (1.2), unknown addresses of the sandbox's own domains are refused (3.7), everybody else is taken to have mail (1.1).
 * No cancellations and no replies are sent. Returns the text to store.
 */
export function sendInvitations(state: CaldavState, organizer: UserState, text: string): string {
  const lines = Array.from(text.matchAll(wholeLine), ([raw]): Line => ({ raw, text: raw.replace(/\r?\n[ \t]/g, "").trimEnd() }));
  const uid = factsOrNull(text)?.uid;
  if (uid === undefined || !lines.some((line) => isPerson(line, "ORGANIZER") && addressOf(line) === organizer.email.toLowerCase())) return text;
  const sent = new Map<string, SandboxInvitation>();
  let depth = 0;
  const kept = lines.map((line): string => {
    if (/^BEGIN:/i.test(line.text)) depth += 1;
    if (/^END:/i.test(line.text)) depth -= 1;
    // Alarms have attendees of their own.
    if (depth !== 2 || !isPerson(line, "ATTENDEE")) return line.raw;
    const to = addressOf(line);
    if (to === organizer.email.toLowerCase() || /;SCHEDULE-AGENT="?(?:CLIENT|NONE)\b/i.test(line.text)) return line.raw;
    const invitation = sent.get(to) ?? { from: organizer.email, to, uid, code: deliver(state, to, uid, text) };
    sent.set(to, invitation);
    return folded(line.text.replace(/;SCHEDULE-STATUS=(?:"[^"]*"|[^;:]*)/gi, "").replace(/^ATTENDEE/i, `ATTENDEE;SCHEDULE-STATUS=${invitation.code}`));
  });
  state.invitations.push(...sent.values());
  return kept.join("");
}

/** The status code of the delivery (RFC 6638 section 3.2.9). */
function deliver(state: CaldavState, to: string, uid: string, text: string): SandboxInvitation["code"] {
  const recipient = [...state.users.values()].find(({ email }) => email.toLowerCase() === to);
  if (recipient === undefined) return isOwnDomain(state, to) ? "3.7" : "1.1";
  const store = calendarFor(recipient, uid);
  if (store === undefined) return "5.1";
  // RFC 6638 section 7.3: no message says what became of the others.
  const plain = text.replace(/\r?\n[ \t]/g, "").replace(/;SCHEDULE-(?:STATUS|AGENT|FORCE-SEND)=(?:"[^"]*"|[^;:\r\n]*)/gi, "");
  store.put(store.nameOfUid(uid) ?? `${uid}.ics`, plain, factsOrNull(plain), state.clock.now());
  return "1.2";
}

function calendarFor({ calendars }: UserState, uid: string): CalendarStore | undefined {
  const open = [...calendars.values()].filter(({ properties }) => !properties.readOnly && properties.source === null && properties.components.includes("VEVENT"));
  return open.find((store) => store.nameOfUid(uid) !== undefined) ?? open[0];
}

function isOwnDomain(state: CaldavState, address: string): boolean {
  const domain = address.split("@")[1];
  return [...state.users.values()].some(({ email }) => email.toLowerCase().split("@")[1] === domain);
}

function isPerson({ text }: Line, name: string): boolean {
  return new RegExp(`^${name}[;:]`, "i").test(text);
}

/** What stands behind the first colon outside of quotes, without `mailto:`. */
function addressOf({ text }: Line): string {
  return text.replace(/^[^:"]*(?:"[^"]*"[^:"]*)*:/, "").trim().replace(/^mailto:/i, "").toLowerCase();
}

function folded(line: string): string {
  const pieces: string[] = [];
  let piece = "";
  for (const character of line) {
    if (Buffer.byteLength(piece + character) > 74) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return `${[...pieces, piece].join("\r\n ")}\r\n`;
}
