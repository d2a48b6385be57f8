import { expect, test } from "vitest";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const minutes = (count: number): number => count * 60_000;

test("new zone data derives the spans of every calendar anew, once, without reading the provider", async () => {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  t.provider.calendar("/home/").put("/b.ics", sampleObject("b"));
  await t.connect();
  await t.engine.scheduler.drain();
  const calendars = await t.organization.listCalendars();
  const jobs = t.store.organization("org").jobs;
  const dueIn = async (): Promise<number[]> => {
    const due = await Promise.all(calendars.map(({ id }) => jobs.dueAt("roll-window", id)));
    return due.map((at) => (at ?? Infinity) - t.clock.now());
  };
  const far = (waits: number[]): boolean => waits.every((wait) => wait > minutes(60));
  expect(calendars).toHaveLength(2);
  expect(far(await dueIn())).toBe(true);

  await t.another("test-2", "2025b");
  // The first version that is told is only remembered.
  expect(far(await dueIn())).toBe(true);
  await t.another("test-3", "2025b");
  expect(far(await dueIn())).toBe(true);

  await t.another("test-4", "2026a");
  const waits = await dueIn();
  expect(waits.every((wait) => wait >= 0 && wait <= minutes(10))).toBe(true);
  expect(await t.store.settings.get("zones.version")).toBe("2026a");

  t.provider.pulls.length = 0;
  for (const { id } of calendars) await jobs.cancel("sync-calendar", id);
  await t.clock.advance(minutes(11));
  await t.engine.scheduler.drain();
  expect(t.provider.pulls).toEqual([]);
  expect(far(await dueIn())).toBe(true);
});
