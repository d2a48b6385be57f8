import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KalendsError, type CalendarObject, type PulledPage } from "@kalends/model";
import { memoryProvider, type MemoryProvider } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

const keys = ["1", "2", "3", "4", "5", "6"] as const;
const calendars = ["/work/", "/home/"] as const;

/** What may happen to the provider, to the way there, and to us. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), calendar: fc.constantFrom(...calendars), key: fc.constantFrom(...keys), at: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), calendar: fc.constantFrom(...calendars), key: fc.constantFrom(...keys) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("far" as const), calendar: fc.constantFrom(...calendars), key: fc.constantFrom(...keys) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const), calendar: fc.constantFrom(...calendars) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("sync" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fault" as const), after: fc.integer({ min: 0, max: 3 }), lie: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 72 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const shortListing: PulledPage = { pass: "snapshot", objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: "0" };

async function play(t: TestEngine, one: Step): Promise<void> {
  const calendar = "calendar" in one ? t.provider.calendar(one.calendar) : null;
  if (one.kind === "put") calendar?.put(`/${one.key}.ics`, sampleObject(one.key, { start: hour(one.at), end: hour(one.at + 1) }));
  if (one.kind === "far") calendar?.put(`/${one.key}.ics`, sampleObject(one.key, { start: hour(24 * 400), end: hour(24 * 400 + 1) }));
  if (one.kind === "remove") calendar?.remove(`/${one.key}.ics`);
  if (one.kind === "expire") calendar?.expireCursors();
  if (one.kind === "sync") await t.organization.sync();
  if (one.kind === "wait") await t.clock.advance(one.hours * 3_600_000);
  if (one.kind === "fault") {
    for (let index = 0; index < one.after; index += 1) t.provider.faults.push(() => null);
    // A server that answers a whole reading with nothing, or one that breaks off.
    t.provider.faults.push(one.lie ? (request) => (request.cursor === null && request.pageToken === null ? shortListing : null) : new KalendsError("server-error", "down"));
  }
}

async function replica(t: TestEngine, remoteKey: string): Promise<string[]> {
  const calendar = (await t.organization.listCalendars()).find((one) => one.remoteKey === remoteKey);
  const stored = await t.store.organization("org").reader.objects(calendar?.id ?? "", null, null, 100);
  return stored.filter(({ outside }) => !outside).map(({ uid, revision, timing }) => `${uid} ${revision} ${startOf(JSON.parse(timing))}`).sort();
}

const startOf = (timing: { events: { start: { value: string } }[] }): string => timing.events[0]?.start.value ?? "";

function truth(provider: MemoryProvider, remoteKey: string): string[] {
  const inside = (object: CalendarObject): boolean => !(object.events[0]?.start.value ?? "").startsWith("2027-12");
  return provider.calendar(remoteKey).objects().filter(inside).map((object) => `${object.uid} ${object.revision} ${object.events[0]?.start.value}`).sort();
}

/** Hours of the first two days in which somebody is busy, by the stored spans. */
async function busyHours(t: TestEngine): Promise<number[]> {
  const ids = (await t.organization.listCalendars()).map(({ id }) => id);
  const answer = await t.organization.freeBusy({ calendars: ids, from: "2026-11-20T00:00:00Z", to: "2026-11-22T00:00:00Z", whenStale: "ignore" });
  const day = Date.UTC(2026, 10, 20);
  return Array.from({ length: 48 }, (_, index) => index).filter((index) =>
    answer.merged.some(({ from, to }) => Date.parse(from) <= day + index * 3_600_000 && day + index * 3_600_000 < Date.parse(to)),
  );
}

function trueBusyHours(provider: MemoryProvider): number[] {
  const starts = calendars.flatMap((name) => provider.calendar(name).objects().map((object) => Date.parse(`${object.events[0]?.start.value}Z`)));
  const hours = starts.map((start) => (start - Date.UTC(2026, 10, 20)) / 3_600_000).filter((hours) => hours < 48);
  return [...new Set(hours)].sort((a, b) => a - b);
}

describe("random histories", () => {
  test("at every quiet point the replica is the truth, and the feed without gap tells how it came to be", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (steps, pageSize) => {
        const t = await openTestEngine({ provider: memoryProvider({ pageSize }), settings: { inlineWaitMs: 0 } });
        for (const name of calendars) t.provider.calendar(name);
        await t.connect();
        for (const one of steps) await play(t, one);
        // Quiet: no more faults, and as many rounds as a refused plan needs.
        t.provider.faults.length = 0;
        for (let round = 0; round < 3; round += 1) await t.organization.sync();
        for (const name of calendars) expect(await replica(t, name)).toEqual(truth(t.provider, name));
        expect(await busyHours(t)).toEqual(trueBusyHours(t.provider));

        const present = new Set<string>();
        const records = await t.organization.changes(0, 10_000);
        records.forEach((record, position) => {
          expect(record.sequence).toBe(position + 1);
          const name = `${record.calendarId} ${record.uid}`;
          if (record.kind === "object-created") expect(present.has(name)).toBe(false);
          if (record.kind === "object-updated" || record.kind === "object-removed") expect(present.has(name)).toBe(true);
          if (record.kind === "object-created") present.add(name);
          if (record.kind === "object-removed") present.delete(name);
        });
        expect(present.size).toBe(calendars.reduce((sum, name) => sum + truth(t.provider, name).length, 0));
        await t.store.close();
      }),
      { numRuns: 150 },
    );
  }, 300_000);
});
