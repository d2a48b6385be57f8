import type { CalendarTextFacts } from "./inspect-calendar-text.ts";
import { childOf, childrenOf, type XmlElement } from "./read-xml.ts";
import { caldav } from "./write-xml.ts";

/** What a calendar-query asks for: a kind of component, and a range that may be touched. */
export interface CalendarFilter {
  component: string | null;
  from: number;
  to: number;
}

const utcTime = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Reads the filter of a calendar-query (RFC 4791 section 9.7) as far as this server goes: one component, one time range.
 * Anything finer is answered honestly as unsupported instead of being passed over.
 */
export function readCalendarFilter(filter: XmlElement | undefined): CalendarFilter | "unsupported" | "invalid" {
  const calendar = childOf(filter, caldav, "comp-filter");
  if (calendar?.attributes.get("name") !== "VCALENDAR") return "invalid";
  const everything: CalendarFilter = { component: null, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const components = childrenOf(calendar, caldav, "comp-filter");
  if (components.length > 1 || calendar.children.length !== components.length) return "unsupported";
  const component = components[0];
  if (!component) return everything;
  const range = childOf(component, caldav, "time-range");
  if (component.children.length !== (range ? 1 : 0)) return "unsupported";
  const result: CalendarFilter = { ...everything, component: component.attributes.get("name") ?? null };
  if (!range) return result;
  const start = range.attributes.get("start");
  const end = range.attributes.get("end");
  if (start === undefined && end === undefined) return "invalid";
  if (start !== undefined) result.from = readUtc(start);
  if (end !== undefined) result.to = readUtc(end);
  return result.from < result.to ? result : "invalid";
}

/** True where the object may match: a coarse range with a day of slack, so a superset of the exact answer. */
export function matchCalendarFilter(filter: CalendarFilter, facts: CalendarTextFacts | null): boolean {
  if (!facts) return true;
  if (filter.component !== null && filter.component !== facts.component) return false;
  return (facts.from ?? Number.NEGATIVE_INFINITY) < filter.to && (facts.to ?? Number.POSITIVE_INFINITY) > filter.from;
}

function readUtc(value: string): number {
  const match = utcTime.exec(value);
  if (!match) return Number.NaN;
  const [year, month, date, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, date, hour, minute, second);
}
