import { KalendsError, type BusyPeriod, type BusySpan, type TimeRange } from "@kalends/model";
import { flattenSpans } from "./flatten-spans.ts";
import type { AccountFreeBusy, FreeBusyAnswer, FreeBusyCalendar, FreeBusyQuery } from "./free-busy-answer.ts";
import { instantTexts } from "./instant-texts.ts";

/**
 * Answers a free-busy question from stored spans.
 *
 * A calendar that is stale or was never synced, and any part of the range outside a calendar's stored window, is a gap in what is
 * known. `whenStale` says what a gap means:
 *
 * - `fail`: there is no answer; throws `calendar-stale`, naming each calendar and why.
 * - `treat-as-busy`: a gap is reported with the kind `busy`, the same as a meeting, so that a caller who looks at kinds only can
 *   never book into it. For a calendar that is stale or never synced the gap is the whole range, because anything may have been
 *   added since; for a fresh one it is the part outside its stored window. `freshness` and `complete` tell why.
 * - `ignore`: only what is stored counts; `freshness` and `complete` still tell.
 *
 * Throws `invalid-argument` where the range is empty or reversed.
 */
export function answerFreeBusy(question: FreeBusyQuery): FreeBusyAnswer {
  const { range, whenStale } = question;
  if (!(range.from < range.to)) throw new KalendsError("invalid-argument", "The range of a free-busy question must end after it starts");
  const known = question.calendars.map((calendar) => ({ calendar, gaps: gapsOf(calendar, range) }));
  const incomplete = known.filter(({ gaps }) => gaps.length > 0).map(({ calendar }) => calendar);
  if (whenStale === "fail" && incomplete.length > 0) throw staleError(incomplete);

  const toInstant = instantTexts();
  const toPeriod = ({ kind, from, to }: BusySpan): BusyPeriod => ({ kind, from: toInstant(from), to: toInstant(to) });
  const everything: BusySpan[] = [];
  const byAccount = new Map<string, { spans: BusySpan[]; complete: boolean }>();
  const calendars = known.map(({ calendar, gaps }) => {
    const { calendarId, accountId, freshness } = calendar;
    const taken = whenStale === "treat-as-busy" ? gaps.map((gap): BusySpan => ({ kind: "busy", ...gap })) : [];
    const line = flattenSpans(taken.length === 0 ? calendar.spans : [...calendar.spans, ...taken], range);
    const complete = gaps.length === 0;
    const account = byAccount.get(accountId) ?? { spans: [], complete: true };
    byAccount.set(accountId, account);
    for (const span of line) account.spans.push(span);
    account.complete &&= complete;
    return { calendarId, accountId, periods: line.map(toPeriod), freshness, complete };
  });
  const accounts = Array.from(byAccount, ([accountId, { spans, complete }]): AccountFreeBusy => {
    const line = flattenSpans(spans, range);
    for (const span of line) everything.push(span);
    return { accountId, periods: line.map(toPeriod), complete };
  });
  return {
    from: toInstant(range.from),
    to: toInstant(range.to),
    calendars,
    accounts,
    merged: flattenSpans(everything, range).map(toPeriod),
    complete: known.length > 0 && incomplete.length === 0,
  };
}

/** The parts of the range of which the calendar's stored spans say nothing reliable. */
function gapsOf(calendar: FreeBusyCalendar, range: TimeRange): TimeRange[] {
  const { coverage, freshness } = calendar;
  if (freshness.state !== "fresh" || !coverage) return [{ ...range }];
  return [
    { from: range.from, to: Math.min(coverage.from, range.to) },
    { from: Math.max(coverage.to, range.from), to: range.to },
  ].filter((gap) => gap.from < gap.to);
}

/** More calendars than this in one message help nobody. */
const mostNamed = 10;

function staleError(calendars: readonly FreeBusyCalendar[]): KalendsError {
  const named = calendars.slice(0, mostNamed).map((calendar) => `${calendar.calendarId} (${reasonOf(calendar)})`);
  const more = calendars.length > mostNamed ? ` and ${calendars.length - mostNamed} more` : "";
  return new KalendsError("calendar-stale", `Not known well enough for a free-busy answer: ${named.join(", ")}${more}`);
}

function reasonOf({ freshness, coverage }: FreeBusyCalendar): string {
  const error = freshness.errorCode === null ? "" : `, last error ${freshness.errorCode}`;
  if (freshness.state === "never") return `never synced${error}`;
  if (freshness.state === "stale") return `last synced at ${freshness.lastSuccess}${error}`;
  const toInstant = instantTexts();
  return coverage ? `stored only from ${toInstant(coverage.from)} to ${toInstant(coverage.to)}` : "nothing stored yet";
}
