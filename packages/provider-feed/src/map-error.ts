import { KalendsError, toKalendsError, type HttpResponse } from "@kalends/model";
import { retryAfterMs } from "@kalends/transport";

const newAddress = "Copy the calendar's address again from its sharing settings and connect with that.";

/** Turns an answer without a calendar into the error to throw. Discards the body. */
export async function errorOfAnswer(response: HttpResponse, now: number): Promise<KalendsError> {
  const { status } = response;
  const wait = retryAfterMs(response, now);
  await response.discard();
  const said = `The calendar's address was answered with ${status}`;
  // The address is the login: who is refused has an old one.
  if (status === 401 || status === 403) return new KalendsError("auth-failed", said, { remedy: newAddress });
  if (status === 404 || status === 410) return new KalendsError("calendar-gone", said, { remedy: newAddress });
  if (status === 408) return new KalendsError("network-timeout", said);
  if (status === 429 || status === 503) return new KalendsError("rate-limited", said, wait === undefined ? {} : { retryAfterMs: wait });
  if (status >= 500) return new KalendsError("server-error", said);
  return new KalendsError("answer-invalid", said);
}

/** What `connect` says: there, a calendar that is not there was mistyped rather than removed. */
export function errorOfConnect(thrown: unknown): KalendsError {
  const error = toKalendsError(thrown);
  if (error.code !== "calendar-gone") return error;
  return new KalendsError("not-calendar-data", "There is no calendar at this address", { failure: "permanent", remedy: newAddress });
}

/** What a body is that does not begin as a calendar does. */
export function notCalendar(start: string): KalendsError {
  const kind = start.trim() === "" ? "an empty page" : /^\s*</.test(start) ? "a web page" : "something else than a calendar";
  return new KalendsError("not-calendar-data", `The calendar's address was answered with ${kind}`);
}

/** What `parseCalendar` says of a whole feed, in the words for answers. */
export function errorOfParse(thrown: unknown): KalendsError {
  const error = toKalendsError(thrown);
  if (error.code === "object-too-large") return new KalendsError("response-too-large", "The calendar is larger than the limit");
  if (error.code !== "object-invalid") return error;
  const isCut = error.message.includes("cut off");
  if (isCut) return new KalendsError("response-incomplete", "The calendar ends before its END:VCALENDAR");
  return new KalendsError("answer-invalid", "No event of the calendar can be read");
}
