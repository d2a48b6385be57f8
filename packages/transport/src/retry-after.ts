import type { HttpResponse } from "@kalends/model";

const longest = 24 * 60 * 60 * 1000;

/**
 * How long the server asks to wait, in milliseconds from `now` (ms since the epoch), at most 24 hours; `undefined` where it says
 * nothing readable. Seconds and all date forms of RFC 9110 section 10.2.3.
 */
export function retryAfterMs(response: Pick<HttpResponse, "header">, now: number): number | undefined {
  const value = response.header("retry-after")?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(Number(value) * 1000, longest);
  // Date.parse also takes bare numbers and ISO dates in local time; an HTTP date always begins with the name of a day.
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(value)) return undefined;
  const at = Date.parse(/gmt|utc|[+-]\d{4}$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), longest);
}
