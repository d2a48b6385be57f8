import { answeringFault, spoilingFault, type Fault } from "./fault.ts";
import { requestKinds } from "./request-kinds.ts";

/** Any answer of one's own. The server never hears of the request. */
export function answerWith(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): Fault {
  return answeringFault(`answer ${status}`, requestKinds.any, () => ({ status, headers: { "content-type": "text/plain", ...headers }, body: Buffer.from(body) }));
}

export interface ThrottleOptions {
  /** Default 429. */
  status?: 429 | 503;
  /** What Retry-After says, in seconds, as a date or as it stands; `null` leaves it out. Default 0, which is too short for every real limit. */
  retryAfter?: number | "soon" | null;
  /** Retry-After as an HTTP date (RFC 9110 section 5.6.7) instead of seconds. */
  asDate?: boolean;
}

/** "Slow down". Combine with `times` for a Retry-After that proves too short. */
export function throttle(options: ThrottleOptions = {}): Fault {
  const { status = 429, retryAfter = 0 } = options;
  return answeringFault(`throttled (${status})`, requestKinds.any, ({ clock }) => {
    const value = typeof retryAfter === "number" && options.asDate === true ? new Date(clock.now() + retryAfter * 1000).toUTCString() : retryAfter;
    return { status, headers: { "content-type": "text/plain", ...(value === null ? {} : { "retry-after": String(value) }) }, body: Buffer.from("slow down") };
  });
}

/** A login that is refused although it is right. `challenges` are the values of WWW-Authenticate, each on its own line. */
export function refuseLogin(challenges: readonly string[] = ['Basic realm="fault proxy"']): Fault {
  return answeringFault("login refused (401)", requestKinds.any, () => ({ status: 401, headers: { "content-type": "text/plain", "www-authenticate": challenges }, body: Buffer.alloc(0) }));
}

const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/login"><input name="user"></form></body></html>';

/** A login page or captive portal in place of the answer, with a status that claims success. */
export function htmlPage(status: 200 | 207 = 200): Fault {
  return answeringFault(`HTML page with ${status}`, requestKinds.read, () => ({ status, headers: { "content-type": "text/html; charset=utf-8" }, body: Buffer.from(page) }));
}

/** The right bytes under another Content-Type. */
export function wrongType(contentType: string): Fault {
  return spoilingFault(`Content-Type ${contentType}`, requestKinds.read, (answer) => ({ ...answer, headers: { ...answer.headers, "content-type": contentType } }));
}
