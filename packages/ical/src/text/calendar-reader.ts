import { KalendsError, type ItemWarning } from "@kalends/model";
import { eventFieldNames } from "../fields/event-fields.ts";
import { resolveZone } from "../zones/resolve-zone.ts";
import { knownProperties } from "./known-properties.ts";
import { LineReader } from "./line-reader.ts";
import type { ParseLimits } from "./parse-limits.ts";
import { propertyName, readProperty, type Property } from "./property.ts";
import type { WarningList } from "./warning-list.ts";

/** A VEVENT, VTIMEZONE, STANDARD or DAYLIGHT before its properties are understood. */
export interface ComponentDraft {
  name: string;
  line: number;
  properties: Property[];
  /** How many properties stood there, those not kept included. */
  seen: number;
  warnings: ItemWarning[];
  /** Why it cannot be used, where that is known already. */
  broken: { code: "object-invalid" | "object-too-large"; reason: string } | null;
  children: ComponentDraft[];
}

/** The components of one VCALENDAR that are read. */
export interface CalendarDraft {
  events: ComponentDraft[];
  zones: ComponentDraft[];
}

const zoneProperties: ReadonlySet<string> = new Set(["TZID", "X-LIC-LOCATION", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"]);
/** Properties without which the times of an event would be wrong: one that cannot be read spoils the event. */
const timeProperties: ReadonlySet<string> = new Set("UID DTSTART DTEND DURATION RRULE EXRULE RDATE EXDATE RECURRENCE-ID".split(" "));
/** Components that are left out on purpose; others that are left out give a warning. */
const quietlyIgnored: ReadonlySet<string> = new Set(["VTODO", "VJOURNAL", "VALARM", "PARTICIPANT", "VLOCATION", "VRESOURCE"]);

/** One open component. `draft` is `null` where the component is not read. */
interface Open {
  name: string;
  draft: ComponentDraft | null;
  /** Part of the definition of a zone that IANA knows: nobody will look at its properties. */
  unused: boolean;
}

/** Whether a VTIMEZONE has named, before its parts, a zone whose definition is not needed. */
function isKnownZone(draft: ComponentDraft): boolean {
  const tzid = draft.properties.find((property) => property.name === "TZID")?.value.trim() ?? "";
  return tzid !== "" && resolveZone(tzid) !== null;
}

/** Reads calendar text into drafts, line by line and without recursion. */
export class CalendarReader {
  readonly calendars: CalendarDraft[] = [];
  private readonly lines: LineReader;
  private readonly limits: ParseLimits;
  private readonly warnings: WarningList;
  private readonly stack: Open[] = [];
  private current: CalendarDraft | null = null;

  constructor(text: string, limits: ParseLimits, warnings: WarningList) {
    this.limits = limits;
    this.warnings = warnings;
    this.lines = new LineReader(text, limits.maxLineCharacters);
  }

  /** Reads everything. Throws `object-invalid` where a VCALENDAR is not closed or components nest too deep. */
  read(): CalendarDraft[] {
    for (let line = this.lines.next(); line !== null; line = this.lines.next()) this.readLine(line);
    if (this.stack.length > 0) throw new KalendsError("object-invalid", "The calendar data is cut off: END:VCALENDAR is missing");
    return this.calendars;
  }

  private warn(code: string, message: string, property?: string): void {
    const draft = this.stack.at(-1)?.draft;
    const warning: ItemWarning = { code, line: this.lines.startedAt, message, ...(property === undefined ? {} : { property }) };
    if (draft === null || draft === undefined) this.warnings.add(warning);
    else if (draft.warnings.length < this.limits.maxWarnings) draft.warnings.push(warning);
  }

  private readLine(line: string): void {
    const name = propertyName(line);
    if (name === "BEGIN") this.begin(line.slice(6).trim().toUpperCase());
    else if (name === "END") this.end(line.slice(4).trim().toUpperCase());
    else this.property(line, name);
  }

  private begin(name: string): void {
    const parent = this.stack.at(-1);
    if (this.stack.length >= this.limits.maxDepth) throw new KalendsError("object-invalid", "Components are nested too deep");
    if (parent === undefined) {
      if (name === "VCALENDAR") this.calendars.push((this.current = { events: [], zones: [] }));
      else this.warn("component-ignored", "a component outside VCALENDAR was ignored");
      this.stack.push({ name, draft: null, unused: false });
      return;
    }
    const draft = this.draftFor(name, parent);
    this.stack.push({ name, draft, unused: draft !== null && parent.draft !== null && isKnownZone(parent.draft) });
  }

  private draftFor(name: string, parent: Open): ComponentDraft | null {
    const line = this.lines.startedAt;
    const draft: ComponentDraft = { name, line, properties: [], seen: 0, warnings: [], broken: null, children: [] };
    if (parent.name === "VCALENDAR" && this.stack.length === 1) {
      if (name === "VEVENT") return this.current?.events.push(draft) === undefined ? null : draft;
      if (name === "VTIMEZONE") return this.current?.zones.push(draft) === undefined ? null : draft;
    }
    if (parent.draft?.name === "VTIMEZONE" && (name === "STANDARD" || name === "DAYLIGHT")) {
      parent.draft.children.push(draft);
      return draft;
    }
    if (!quietlyIgnored.has(name)) this.warn("component-ignored", "a component that Kalends does not read was ignored");
    return null;
  }

  private end(name: string): void {
    let depth = this.stack.length - 1;
    while (depth >= 0 && this.stack[depth]?.name !== name) depth--;
    if (depth < 0) {
      this.warn("structure", "an END without its BEGIN was ignored");
      return;
    }
    while (this.stack.length > depth + 1) {
      const open = this.stack.pop() as Open;
      if (open.draft !== null) open.draft.broken ??= { code: "object-invalid", reason: "the component is not closed" };
      this.warn("structure", "a component was not closed");
    }
    this.stack.pop();
    if (depth === 0) this.current = null;
  }

  private property(line: string, name: string | null): void {
    const open = this.stack.at(-1);
    if (open === undefined) {
      if (line.trim() !== "") this.warn("value-ignored", "a line outside VCALENDAR was ignored");
      return;
    }
    const { draft } = open;
    if (draft === null) {
      if (name === null) this.warn("value-ignored", "a line that is no property was ignored");
      else if (this.lines.tooLong) this.warn("value-ignored", "a line over the length limit was ignored", name);
      return;
    }
    draft.seen++;
    const wanted = name !== null && !open.unused && (draft.name === "VEVENT" ? eventFieldNames : zoneProperties).has(name);
    if (name === null) this.warn("value-ignored", "a line that is no property was ignored");
    else if (this.lines.tooLong) this.longLine(draft, name);
    else if (wanted) this.keep(draft, line, name);
    else if (draft.name === "VEVENT" && !name.startsWith("X-") && !knownProperties.has(name)) {
      this.warn("property-unknown", "a property with an unregistered name was ignored");
    }
    if (draft.seen === this.limits.maxProperties) this.warn("properties-many", "the component has more properties than the limit");
  }

  private longLine(draft: ComponentDraft, name: string): void {
    this.warn("value-ignored", "a line over the length limit was ignored", name);
    if (timeProperties.has(name)) draft.broken ??= { code: "object-too-large", reason: `${name} is longer than the limit` };
  }

  private keep(draft: ComponentDraft, line: string, name: string): void {
    const property = readProperty(line, name, this.lines.startedAt);
    if (property !== null) {
      if (draft.properties.length < this.limits.maxProperties) draft.properties.push(property);
      else if (timeProperties.has(name)) draft.broken ??= { code: "object-too-large", reason: "the event has too many properties" };
      return;
    }
    this.warn("value-ignored", "a malformed property was ignored", name);
    if (timeProperties.has(name)) draft.broken ??= { code: "object-invalid", reason: `${name} is malformed` };
  }
}
