import fc from "fast-check";
import { expect, test } from "vitest";
import { KalendsError } from "@kalends/model";
import { pullPass, scriptedGoogle } from "./scripted-google.ts";

const odd: fc.Arbitrary<unknown> = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, "", 0, -1, 1e308, true, [], {}, "cancelled", "\u0000", "\ud800", "__proto__"));
const textTime = fc.constantFrom("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+01:00", "2026-12-01T09:00:00", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-18:00", "2026-10-25T02:30:00+01:00", "x");
const time: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ dateTime: textTime, timeZone: fc.constantFrom("Europe/Berlin", "UTC", "Mars/Olympus", "America/New_York") }, { requiredKeys: ["dateTime"] }) },
  { weight: 2, arbitrary: fc.record({ date: fc.constantFrom("2026-12-01", "2026-02-30", "x") }) },
  { weight: 1, arbitrary: odd },
);
const rule = fc.constantFrom("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:", "EXDATE:20261201T090000Z", "RDATE;VALUE=DATE:20261201", "RRULE:FREQ=DAILY\r\nUID:y", "BEGIN:VEVENT", "EXRULE:FREQ=NEVER");
const id = fc.constantFrom("a", "b", "c", "c_1", "__proto__", "constructor");
const event: fc.Arbitrary<unknown> = fc.record(
  {
    id,
    status: fc.oneof(fc.constantFrom("confirmed", "tentative", "cancelled"), odd),
    etag: fc.oneof(fc.constantFrom('"1"', '"2"'), odd),
    updated: fc.oneof(fc.constantFrom("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), odd),
    recurringEventId: fc.oneof(id, odd),
    originalStartTime: time,
    start: time,
    end: time,
    recurrence: fc.oneof(fc.array(rule, { maxLength: 3 }), odd),
    iCalUID: fc.oneof(fc.constantFrom("u1", "u2"), odd),
    attendees: fc.oneof(fc.array(fc.oneof(fc.record({ email: fc.constant("A@b"), self: fc.boolean(), responseStatus: fc.constantFrom("declined", "needsAction", "?") }), odd), { maxLength: 2 }), odd),
    sequence: odd,
    summary: odd,
    extendedProperties: odd,
    conferenceData: odd,
    organizer: odd,
    eventType: odd,
    transparency: odd,
  },
  { requiredKeys: ["id"] },
);

/** KALENDS_STEPS asks for more. */
const runs = Number(process.env["KALENDS_STEPS"] ?? 400);

test("whatever an event holds, a pass ends in items, in items set aside, or in a typed error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 6 }), fc.array(event, { maxLength: 6 }), async (first, later) => {
      const { provider } = scriptedGoogle(({ query, path }) => {
        if (query.has("iCalUID")) return { json: { items: [...first, ...later], nextSyncToken: "x" } };
        if (!path.endsWith("/events")) return { json: later[0] ?? { id: "a" } };
        return { json: query.has("syncToken") ? { items: later, nextSyncToken: "s2" } : { items: first, nextSyncToken: "s1" } };
      });
      const run = async (cursor: string | null): Promise<string | null> => {
        const pages = await pullPass(provider, { cursor });
        const keys: string[] = [];
        for (const page of pages) {
          for (const object of page.objects) {
            expect(object.events.length).toBeGreaterThan(0);
            expect(object.events.every(({ uid }) => uid === object.uid)).toBe(true);
            expect(page.removed).not.toContain(object.remoteKey);
            expect(JSON.stringify(object)).not.toMatch(/NaN|Infinity/);
          }
          keys.push(...page.objects.map(({ remoteKey }) => remoteKey), ...page.quarantined.map(({ remoteKey }) => remoteKey));
        }
        expect(new Set(keys).size).toBe(keys.length);
        return pages.at(-1)?.nextCursor ?? null;
      };
      try {
        await run(await run(null));
      } catch (thrown) {
        if (!(thrown instanceof KalendsError) || thrown.code === "internal") throw thrown;
      }
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }),
    { numRuns: runs },
  );
}, 60_000 + runs * 200);

test("whatever a body holds, the error is typed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 412, 429, 500, 503, 599), fc.oneof(fc.json(), fc.string()), async (status, text) => {
      const { provider } = scriptedGoogle(() => ({ status, text }));
      try {
        await provider.listCalendars({ endpoint: {}, credential: { kind: "delegated", subject: "a" } });
        throw new Error("no service account is set up");
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: "auth-unsupported" });
      }
      const pulled = await pullPass(provider).catch((thrown: unknown) => thrown);
      if (pulled instanceof Error) expect(pulled).toBeInstanceOf(KalendsError);
      if (pulled instanceof KalendsError) expect(pulled.code).not.toBe("internal");
    }),
    { numRuns: 200 },
  );
}, 60_000);
