import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WatchChannel } from "@kalends/model";
import { planWatches, renewalOf } from "../src/watches/plan-watches.ts";
import { planCadence } from "../src/sync/plan-cadence.ts";

const hour = 3_600_000;
const settings = { watchRenewBeforeMs: 12 * hour };
const week = 168 * hour;

function channel(id: string, over: Partial<WatchChannel> = {}): WatchChannel {
  return { id, connectionId: "con", calendarId: "cal", tokenDigest: id, state: "open", resource: "res", createdAt: 0, expiresAt: week, notifiedAt: null, ...over };
}

const plan = (channels: WatchChannel[], now: number, wanted = true, sharedResource = true) => planWatches({ channels, wanted, sharedResource, now, settings });

describe("planning watch channels", () => {
  test("none yet: one is opened; one that is good: nothing until its renewal", () => {
    expect(plan([], 0)).toEqual({ forget: [], close: [], open: true, stop: [], nextAt: null });
    expect(plan([channel("a")], hour)).toEqual({ forget: [], close: [], open: false, stop: [], nextAt: week - 12 * hour });
    expect(plan([], 0, false)).toEqual({ forget: [], close: [], open: false, stop: [], nextAt: null });
  });

  test("near its end it is replaced: the new one first, then the old one is stopped", () => {
    expect(plan([channel("a")], week - 12 * hour)).toMatchObject({ open: true, close: [], stop: [] });
    const renewed = [channel("a"), channel("b", { createdAt: week - 12 * hour, expiresAt: 2 * week })];
    expect(plan(renewed, week - 12 * hour)).toMatchObject({ open: false, close: ["a"], stop: [{ id: "a", resource: "res" }] });
  });

  test("a short one is replaced after three quarters of its life", () => {
    expect(renewalOf({ createdAt: 0, expiresAt: 4 * hour }, settings)).toBe(3 * hour);
  });

  test("one whose answer was lost is stopped; by a name that another one tells only where the provider's names are of the calendar", () => {
    const orphan = channel("lost", { state: "opening", resource: null, createdAt: 1, expiresAt: week + 1 });
    expect(plan([orphan], 5)).toMatchObject({ open: true, close: ["lost"], stop: [{ id: "lost", resource: null }], nextAt: week + 1 });
    expect(plan([orphan, channel("a")], 5)).toMatchObject({ open: false, close: ["lost"], stop: [{ id: "lost", resource: "res" }] });
    expect(plan([orphan, channel("a")], 5, true, false)).toMatchObject({ stop: [{ id: "lost", resource: null }] });
  });

  test("nobody needs it any more: everything is stopped; what ended by itself is forgotten", () => {
    expect(plan([channel("a"), channel("b", { expiresAt: 5 })], 5, false)).toEqual({
      forget: ["b"], close: ["a"], open: false, stop: [{ id: "a", resource: "res" }], nextAt: null,
    });
  });

  test("whatever is written down: one good channel stays or one is opened, everything else that lives is stopped, and nothing twice", () => {
    const any = fc.record({
      state: fc.constantFrom("opening", "open", "closing"), resource: fc.option(fc.constant("res")), createdAt: fc.nat(week), life: fc.integer({ min: 1, max: week }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), fc.nat(2 * week), fc.boolean(), fc.boolean(), (rows, now, wanted, shared) => {
        const channels = rows.map((row, at) => channel(`${at}`, { state: row.state as WatchChannel["state"], resource: row.resource, createdAt: row.createdAt, expiresAt: row.createdAt + row.life }));
        const made = plan(channels, now, wanted, shared);
        const living = channels.filter(({ expiresAt }) => expiresAt > now);
        const kept = living.filter(({ id }) => !made.stop.some((one) => one.id === id));
        expect([...made.forget].sort()).toEqual(channels.filter((one) => !living.includes(one)).map(({ id }) => id).sort());
        expect(kept.length).toBeLessThanOrEqual(1);
        if (!wanted) expect([kept, made.open]).toEqual([[], false]);
        if (wanted) expect(made.open || kept.length === 1).toBe(true);
        for (const one of kept) {
          expect(one.state).toBe("open");
          expect(living.every((other) => other.state !== "open" || other.expiresAt <= one.expiresAt)).toBe(true);
          if (!made.open) expect(made.nextAt).not.toBeNull();
          if (!made.open) expect(made.nextAt).toBeLessThan(one.expiresAt);
        }
        expect(new Set(made.stop.map(({ id }) => id)).size).toBe(made.stop.length);
        expect(made.close.every((id) => made.stop.some((one) => one.id === id))).toBe(true);
        if (made.nextAt !== null) expect(made.nextAt).toBeGreaterThan(now);
      }),
    );
  });
});

describe("planning how often a calendar is polled", () => {
  const paces = { pollEveryMs: 5, pollQuietEveryMs: 10, pollPushedEveryMs: 15, activeForMs: 60 };
  const cadence = (lastChange: number | null, watchedUntil: number | null) => planCadence({ lastChange, watchedUntil, now: 100, settings: paces }).cadence;

  test("by what happened lately, and by who tells", () => {
    expect([cadence(null, null), cadence(40, null), cadence(41, null), cadence(100, null)]).toEqual(["quiet", "quiet", "active", "active"]);
    expect([cadence(100, 115), cadence(null, 1_000), cadence(null, 114), cadence(100, 114)]).toEqual(["pushed", "pushed", "quiet", "active"]);
  });
});
