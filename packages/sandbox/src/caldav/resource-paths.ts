import type { CalendarStore, StoredMember } from "./calendar-store.ts";
import type { CaldavState, UserState } from "./caldav-state.ts";

/** What a path names. `missing-calendar` and a member without `stored` do not exist yet. */
export type Resource =
  | { kind: "root" }
  | { kind: "principal"; user: UserState }
  | { kind: "home"; user: UserState }
  | { kind: "calendar"; user: UserState; name: string; store: CalendarStore }
  | { kind: "missing-calendar"; user: UserState; name: string }
  | { kind: "member"; user: UserState; calendar: string; store: CalendarStore; name: string; stored: StoredMember | undefined }
  | { kind: "nothing" };

export const rootPath = "/dav/";

export function principalPath(user: UserState): string {
  return `/dav/principals/${encodeSegment(user.name)}/`;
}

export function homePath(user: UserState): string {
  return `/dav/calendars/${encodeSegment(user.name)}/`;
}

export function calendarPath(user: UserState, calendar: string): string {
  return `${homePath(user)}${encodeSegment(calendar)}/`;
}

/** Finds what a request path, or the path of an href, names. */
export function resolveResource(state: CaldavState, path: string): Resource {
  const segments = decodePath(path);
  if (segments === null) return { kind: "nothing" };
  if (segments.length === 0) return { kind: "root" };
  if (segments[0] !== "dav") return { kind: "nothing" };
  if (segments.length === 1) return { kind: "root" };
  const user = state.users.get(segments[2] ?? "");
  if (!user) return { kind: "nothing" };
  if (segments[1] === "principals") return segments.length === 3 ? { kind: "principal", user } : { kind: "nothing" };
  if (segments[1] !== "calendars" || segments.length > 5) return { kind: "nothing" };
  const [, , , calendar, name] = segments;
  if (calendar === undefined) return { kind: "home", user };
  const store = user.calendars.get(calendar);
  if (!store) return name === undefined ? { kind: "missing-calendar", user, name: calendar } : { kind: "nothing" };
  if (name === undefined) return { kind: "calendar", user, name: calendar, store };
  return { kind: "member", user, calendar, store, name, stored: store.find(name) };
}

/** The path of an href, which may be a path or a whole URL; `null` where it is neither. */
export function pathOfHref(href: string): string | null {
  const trimmed = href.trim();
  if (trimmed.startsWith("/")) return trimmed;
  return URL.canParse(trimmed) ? new URL(trimmed).pathname : null;
}

/** Escapes one path segment; what RFC 3986 allows bare in a segment and clients often send bare stays bare. */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll("%40", "@");
}

function decodePath(path: string): string[] | null {
  try {
    return path.split("/").filter((segment) => segment !== "").map(decodeURIComponent);
  } catch {
    return null;
  }
}
