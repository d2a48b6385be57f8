/** What the server itself must know of a stored object (RFC 4791 section 4.1). */
export interface CalendarTextFacts {
  uid: string;
  /** `VEVENT`, `VTODO`, ... */
  component: string;
  /** A range that surely covers every instance, ms since the epoch; `null` where it is not known or has no end. */
  from: number | null;
  to: number | null;
}

/** The text breaks a precondition of RFC 4791 section 5.3.2.1. */
export class CalendarTextRefused extends Error {
  override readonly name = "CalendarTextRefused";
  readonly precondition: "valid-calendar-data" | "valid-calendar-object-resource";

  constructor(precondition: CalendarTextRefused["precondition"], message: string) {
    super(message);
    this.precondition = precondition;
  }
}

interface ContentLine {
  name: string;
  parameters: string;
  value: string;
}

const day = 86_400_000;
const contentLine = /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"\u0000-\u0008]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/s;
const dateOrTime = /^\d{8}(?:T\d{6}Z?)?$/;

/**
 * Reads just enough of an iCalendar text to store it as a calendar object: one VCALENDAR, one kind of component, one UID, good times.
 * This is on purpose not the reader that Kalends uses, so that the sandbox stays an independent witness. Throws `CalendarTextRefused`.
 */
export function inspectCalendarText(text: string): CalendarTextFacts {
  const facts: CalendarTextFacts = { uid: "", component: "", from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  const stack: string[] = [];
  let calendars = 0;
  let endless = false;
  let hasUid = true;
  let hasStart = true;

  const close = (name: string): void => {
    if (stack.pop() !== name) throw new CalendarTextRefused("valid-calendar-data", "BEGIN and END do not match");
    if (stack.length !== 1 || name === "VTIMEZONE") return;
    if (!hasUid) throw new CalendarTextRefused("valid-calendar-object-resource", "A component has no UID");
    if (!hasStart && name === "VEVENT") throw new CalendarTextRefused("valid-calendar-data", "An event has no DTSTART");
  };
  const open = (name: string): void => {
    if (stack.length === 0 && (name !== "VCALENDAR" || ++calendars > 1)) {
      throw new CalendarTextRefused("valid-calendar-data", "There must be one VCALENDAR and nothing else");
    }
    stack.push(name);
    if (stack.length !== 2 || name === "VTIMEZONE") return;
    if (facts.component !== "" && facts.component !== name) {
      throw new CalendarTextRefused("valid-calendar-object-resource", "There are several kinds of component");
    }
    facts.component = name;
    hasUid = false;
    hasStart = false;
  };
  const take = (line: ContentLine): void => {
    if (stack.length === 0) throw new CalendarTextRefused("valid-calendar-data", "There is a line outside VCALENDAR");
    if (stack.length === 1 && line.name === "METHOD") {
      throw new CalendarTextRefused("valid-calendar-object-resource", "METHOD is not allowed in a stored object");
    }
    if (stack.length !== 2 || stack[1] === "VTIMEZONE") return;
    if (line.name === "UID") {
      if (line.value === "" || (facts.uid !== "" && facts.uid !== line.value)) {
        throw new CalendarTextRefused("valid-calendar-object-resource", "All components must have one and the same UID");
      }
      facts.uid = line.value;
      hasUid = true;
    }
    if (line.name === "RRULE" || line.name === "RDATE" || line.name === "DURATION") endless = true;
    if (line.name !== "DTSTART" && line.name !== "DTEND" && line.name !== "DUE") return;
    if (!dateOrTime.test(line.value)) throw new CalendarTextRefused("valid-calendar-data", `${line.name} is not a date or time`);
    if (line.name === "DTSTART") hasStart = true;
    widen(facts, line.value);
  };

  for (const raw of unfold(text)) {
    const line = readLine(raw);
    if (line.name === "BEGIN") open(line.value.toUpperCase());
    else if (line.name === "END") close(line.value.toUpperCase());
    else take(line);
  }
  if (calendars === 0 || stack.length > 0) throw new CalendarTextRefused("valid-calendar-data", "The VCALENDAR is not complete");
  if (facts.component === "") throw new CalendarTextRefused("valid-calendar-object-resource", "There is no component in it");
  return { ...facts, from: finite(facts.from), to: endless ? null : finite(facts.to) };
}

function* unfold(text: string): Generator<string> {
  const lines = text.replace(/^\ufeff/, "").replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
  for (const line of lines) if (line !== "") yield line;
}

function readLine(raw: string): ContentLine {
  const match = contentLine.exec(raw);
  if (!match) throw new CalendarTextRefused("valid-calendar-data", "A content line is malformed");
  return { name: (match[1] ?? "").toUpperCase(), parameters: match[2] ?? "", value: match[3] ?? "" };
}

/** Zones are not resolved here: a day of slack on both sides covers every offset there is. */
function widen(facts: CalendarTextFacts, value: string): void {
  const [year, month, date] = [value.slice(0, 4), value.slice(4, 6), value.slice(6, 8)].map(Number);
  const hour = value.length > 8 ? Number(value.slice(9, 11)) : 0;
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour);
  if (facts.from !== null) facts.from = Math.min(facts.from, at - day);
  if (facts.to !== null) facts.to = Math.max(facts.to, at + 2 * day);
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
