import { resolveZone } from "@kalends/ical";

/** What a feed says about itself before its first event. */
export interface FeedHeadline {
  name: string | null;
  color: string | null;
  /** IANA zone. */
  timeZone: string | null;
  /** How often the publisher wants to be asked, in ms, at least 15 minutes and at most a week; `null` where it does not say. */
  refreshMs: number | null;
}

const leastMs = 15 * 60_000;
const mostMs = 7 * 24 * 3_600_000;

/** Reads NAME, COLOR, REFRESH-INTERVAL (RFC 7986 section 5) and their older forms X-WR-CALNAME, X-WR-TIMEZONE, X-PUBLISHED-TTL. */
export function readHeadline(text: string): FeedHeadline {
  const firstComponent = text.search(/^BEGIN:V(?!CALENDAR)/im);
  const head = (firstComponent < 0 ? text : text.slice(0, firstComponent)).replace(/\r?\n[ \t]/g, "");
  const value = (name: string): string | null => {
    const found = new RegExp(`^${name}(?:;(?:"[^"\\r\\n]*"|[^":\\r\\n])*)?:(.*)$`, "im").exec(head)?.[1];
    const plain = found?.replace(/\\([\\;,nN])/g, (_all, mark: string) => (/n/i.test(mark) ? " " : mark)).trim();
    return plain === undefined || plain === "" ? null : plain.slice(0, 256);
  };
  return {
    name: value("X-WR-CALNAME") ?? value("NAME"),
    color: value("COLOR") ?? value("X-APPLE-CALENDAR-COLOR"),
    timeZone: resolveZone(value("X-WR-TIMEZONE") ?? ""),
    refreshMs: durationMs(value("REFRESH-INTERVAL") ?? value("X-PUBLISHED-TTL")),
  };
}

/** A duration (RFC 5545 section 3.3.6) as it makes sense here: positive, and within the limits. */
function durationMs(text: string | null): number | null {
  const parts = /^\+?P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)$/i.exec(text ?? "");
  if (parts === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const ms = ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return ms === 0 ? null : Math.min(Math.max(ms, leastMs), mostMs);
}
