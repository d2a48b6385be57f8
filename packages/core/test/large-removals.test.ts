import { describe, expect, test } from "vitest";
import type { PulledPage } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const whole: PulledPage = { pass: "snapshot", objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: "0" };

/** A calendar of `count` events, read once. */
async function scene(count: number): Promise<{ t: TestEngine; id: string; removed(): Promise<number[]> }> {
  const t = await openTestEngine();
  const work = t.provider.calendar("/work/");
  for (let index = 0; index < count; index += 1) work.put(`/${index}.ics`, sampleObject(String(index)));
  await t.connect();
  await t.organization.sync();
  const [calendar] = await t.organization.listCalendars();
  const removed = async (): Promise<number[]> => {
    const records = await t.organization.changes(0, 10_000);
    return records.filter(({ kind, uid }) => kind === "object-removed" && /^\d+$/.test(uid ?? "")).map(({ uid }) => Number(uid));
  };
  return { t, id: calendar?.id ?? "", removed };
}

/** A reading that names only some of 100 items, all unchanged. */
const only = (keep: (index: number) => boolean) => (): PulledPage => ({
  ...whole,
  present: Array.from({ length: 100 }, (_, index) => index).filter(keep).map((index) => `/${index}.ics`),
});

describe("a reading that misses most of what is stored", () => {
  test.each([30, 5])("is not believed because it brings strangers instead (%i stored)", async (count) => {
    const { t, id, removed } = await scene(count);
    const objects = Array.from({ length: 40 }, (_, index) => ({ ...sampleObject(`stranger-${index}`), revision: "1" }));
    t.provider.faults.push(() => ({ ...whole, objects }));
    await t.organization.resync(id);
    expect(await removed()).toEqual([]);
  });

  test("is not confirmed by one that misses others", async () => {
    const { t, id, removed } = await scene(100);
    t.provider.faults.push(only((index) => index < 40), only((index) => index >= 60));
    expect(await t.organization.resync(id)).toMatchObject({ ok: false, error: { code: "plan-refused" } });
    expect(await removed()).toEqual([]);
    // Found whole again, also by another run: nothing was lost.
    expect((await t.organization.sync()).ok).toBe(true);
    expect(await removed()).toEqual([]);
  });

  test("is confirmed by a later run that misses the same", async () => {
    const { t, id, removed } = await scene(100);
    t.provider.faults.push(only((index) => index < 40), only((index) => index >= 60), only((index) => index >= 60));
    await t.organization.resync(id);
    expect((await t.organization.sync()).ok).toBe(true);
    expect((await removed()).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });
});
