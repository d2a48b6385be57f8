import { describe, expect, test } from "vitest";
import { storedTiming } from "@kalends/ical";
import type { CalendarEvent } from "@kalends/model";
import { deriveBusySpans } from "../src/sync/derive-busy-spans.ts";
import { sampleObject } from "./sample-object.ts";

const dayMs = 86_400_000;
const window = { from: Date.UTC(2026, 9, 9), to: Date.UTC(2026, 9, 9) + 243 * dayMs };

function part(uid: string, event: Partial<CalendarEvent>): { uid: string; timing: ReturnType<typeof storedTiming> } {
  const start = { kind: "utc" as const, value: "2026-01-01T00:00:00" };
  return { uid, timing: storedTiming(sampleObject(uid, { start, end: { kind: "utc", value: "2026-01-01T00:05:00" }, ...event })) };
}

describe("a series with more instances than one expansion gives out", () => {
  test("is busy to the end of the window, and nowhere else", () => {
    const { spans, capped } = deriveBusySpans([part("dense", { rules: ["FREQ=MINUTELY;INTERVAL=10"] })], window, "UTC");
    expect(capped).toBe(false);
    expect(spans).toHaveLength(243 * 144);
    expect(spans.every(({ from, to }) => from % 600_000 === 0 && to - from === 300_000)).toBe(true);
  });

  test("leaves the other series of the calendar as they are", () => {
    const rare = part("rare", { rules: ["FREQ=DAILY"], start: { kind: "utc", value: "2026-01-01T00:05:00" }, end: { kind: "utc", value: "2026-01-01T00:07:00" } });
    const { spans } = deriveBusySpans([part("dense", { rules: ["FREQ=MINUTELY;INTERVAL=10"] }), rare], window, "UTC");
    expect(spans.filter(({ from, to }) => to - from === 420_000)).toHaveLength(243);
  });

  test("that cannot be counted out at all counts as busy in its own kind, in bounded time", () => {
    const end = { kind: "utc" as const, value: "2026-01-01T00:00:01" };
    for (const rule of ["FREQ=SECONDLY", "FREQ=SECONDLY;BYSETPOS=2", "FREQ=SECONDLY;BYMONTHDAY=30;BYMONTH=2"]) {
      const { spans, capped } = deriveBusySpans([part("bomb", { rules: [rule], end, status: "tentative" })], window, "UTC");
      if (capped) expect(spans, rule).toEqual([{ kind: "tentative", ...window }]);
      else expect(spans, rule).toEqual([]);
    }
    expect(deriveBusySpans([part("bomb", { rules: ["FREQ=SECONDLY"], end })], window, "UTC").capped).toBe(true);
  });

  test("that is transparent blocks nothing", () => {
    expect(deriveBusySpans([part("bomb", { rules: ["FREQ=SECONDLY"], transparent: true })], window, "UTC").spans).toEqual([]);
  });
});
