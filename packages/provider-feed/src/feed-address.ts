import { KalendsError, Secret } from "@kalends/model";

/**
 * An ICS address, taken apart. Such addresses carry their token in path or query: whoever knows the address reads the calendar. So the
 * whole of it is a secret, and only `origin` and `host` may be stored or shown.
 */
export interface FeedAddress {
  /** What to ask for, without user name and password. */
  url: Secret;
  /** Authorization header for a user name and password inside the address (RFC 7617), or `null`. */
  authorization: Secret | null;
  origin: string;
  host: string;
}

/** Reads `https:`, `http:`, `webcal:` and `webcals:` addresses; the last two mean https. Throws `invalid-argument`, which repeats nothing of it. */
export function readFeedAddress(text: string): FeedAddress {
  const typed = text.trim().replace(/^webcals?:\/\//i, "https://");
  if (!/^https?:\/\/[^/]/i.test(typed) || !URL.canParse(typed)) {
    throw new KalendsError("invalid-argument", "`address` must be a whole https:// or webcal:// address of a calendar");
  }
  const url = new URL(typed);
  const { username, password, origin, host } = url;
  const authorization = username === "" && password === "" ? null : new Secret(`Basic ${basic(decode(username), decode(password))}`);
  url.username = "";
  url.password = "";
  url.hash = "";
  return { url: new Secret(url.href), authorization, origin, host };
}

function basic(username: string, password: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(`${username}:${password}`)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
