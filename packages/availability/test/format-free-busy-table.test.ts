import type { BusySpan } from "@kalends/model";
import { describe, expect, test } from "vitest";
import { answerFreeBusy, formatFreeBusyTable, freshnessOf, type FreeBusyCalendar } from "@kalends/availability";

const ms = (instant: string): number => Date.parse(instant);

function calendar(calendarId: string, accountId: string, spans: [BusySpan["kind"], string, string][], lastSuccess: string | null): FreeBusyCalendar {
  const state = { calendarId, lastSuccess: lastSuccess === null ? null : ms(lastSuccess), errorCode: lastSuccess === null ? "auth-failed" : null };
  return {
    calendarId,
    accountId,
    spans: spans.map(([kind, from, to]) => ({ kind, from: ms(from), to: ms(to) })),
    coverage: { from: ms("2026-01-01T00:00:00Z"), to: ms("2027-01-01T00:00:00Z") },
    freshness: freshnessOf(state, ms("2026-10-23T10:00:00Z"), 600_000),
  };
}

describe("formatFreeBusyTable", () => {
  // The clocks in Berlin go back on 25 October 2026 at 01:00 UTC.
  const range = { from: ms("2026-10-22T22:00:00Z"), to: ms("2026-10-26T23:00:00Z") };
  const answer = answerFreeBusy({
    range,
    whenStale: "ignore",
    calendars: [
      calendar("c1", "ann", [["busy", "2026-10-23T07:00:00Z", "2026-10-23T08:30:00Z"], ["tentative", "2026-10-23T08:00:00Z", "2026-10-23T09:00:00Z"]], "2026-10-23T09:58:00Z"),
      calendar("c2", "ann", [["out-of-office", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]], "2026-10-23T08:00:00Z"),
      calendar("c3", "ben", [], null),
      calendar("c4", "cleo", [["busy", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"], ["busy", "2026-10-26T20:00:00Z", "2026-10-26T23:00:00Z"], ["busy", "2026-10-23T20:00:00Z", "2026-10-24T02:15:00Z"]], "2026-10-23T10:00:00Z"),
    ],
  });

  test("shows local days, durations across a clock change, kinds and freshness", () => {
    const names = { accounts: new Map([["ann", "Ann\u001b[31m"]]), calendars: new Map([["c1", "Home"], ["c2", "Leave\r\n"]]) };
    expect(formatFreeBusyTable(answer, { zone: "Europe/Berlin", names })).toBe(
      `Free-busy from Fri 23 Oct 2026 00:00 to Tue 27 Oct 2026 00:00 (Europe/Berlin)

Ann[31m
  Fri 23 Oct 2026
    09:00 - 10:30   1 h 30 min  busy
    10:30 - 11:00       30 min  tentative
  Sun 25 Oct 2026
    all day               25 h  out-of-office
  calendar Home: fresh, synced 2 min ago
    Fri 23 Oct 2026
      09:00 - 10:30   1 h 30 min  busy
      10:30 - 11:00       30 min  tentative
  calendar Leave: stale, synced 2 h ago
    Sun 25 Oct 2026
      all day         25 h  out-of-office

ben
  nothing busy
  calendar c3: never synced (auth-failed)

cleo
  Fri 23 Oct 2026
    22:00 - Sat 24 Oct 2026 04:15   6 h 15 min  busy
  Sun 25 Oct 2026
    02:30 UTC+2 - 02:30 UTC+1              1 h  busy
  Mon 26 Oct 2026
    21:00 - 24:00                          3 h  busy
  calendar c4: fresh, synced just now

Everybody together
  Fri 23 Oct 2026
    09:00 - 10:30                   1 h 30 min  busy
    10:30 - 11:00                       30 min  tentative
    22:00 - Sat 24 Oct 2026 04:15   6 h 15 min  busy
  Sun 25 Oct 2026
    all day                               25 h  out-of-office
  Mon 26 Oct 2026
    21:00 - 24:00                          3 h  busy

Not everything is known: see the calendars that are not up to date.
`,
    );
  });

  test("shows the same instants in another zone, and refuses an unknown one", () => {
    const text = formatFreeBusyTable(answer, { zone: "Asia/Kolkata" });
    expect(text).toContain("12:30 - 14:00");
    expect(() => formatFreeBusyTable(answer, { zone: "Mars/Olympus" })).toThrowError(expect.objectContaining({ code: "zone-unknown" }));
  });
});
