import { expect, test } from "vitest";
import { KalendsError, type PulledPage, type PullRequest } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

const empty: PulledPage = { pass: "snapshot", objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: "1" };

/** An engine whose first reading of one calendar goes as `faults` say. */
async function readBy(...faults: ((request: PullRequest) => PulledPage)[]): Promise<TestEngine> {
  const t = await openTestEngine();
  t.provider.calendar("/work/");
  t.provider.faults.push(...faults);
  await t.connect();
  return t;
}

async function stored(t: TestEngine): Promise<{ uids: string[]; hours: number }> {
  const store = t.store.organization("org");
  const [calendar] = await store.directory.listCalendars();
  const spans = (await store.reader.busySpans([calendar?.id ?? ""], { from: 0, to: 1e15 })).get(calendar?.id ?? "") ?? [];
  const rows = await store.reader.objects(calendar?.id ?? "", null, null, 10);
  return { uids: rows.map(({ uid }) => uid), hours: spans.reduce((sum, { from, to }) => sum + (to - from) / 3_600_000, 0) };
}

test("objects that were handed over and objects of the page are stored alike", async () => {
  const t = await readBy((request) => {
    request.take?.(sampleObject("a"));
    return { ...empty, objects: [sampleObject("b", { start: hour(30), end: hour(32) })] };
  });
  expect(await t.organization.sync()).toMatchObject({ ok: true, calendars: [{ created: 2 }] });
  expect((await stored(t)).uids).toEqual(["a", "b"]);
  await t.store.close();
});

test("what a failed try handed over is dropped, its busy time too", async () => {
  const t = await readBy(
    (request) => {
      request.take?.(sampleObject("a", { start: hour(24), end: hour(40) }));
      request.take?.(sampleObject("gone", { start: hour(50), end: hour(60) }));
      throw new KalendsError("server-error", "The server fell over in the middle of its answer");
    },
    (request) => {
      request.take?.(sampleObject("a", { start: hour(24), end: hour(25) }));
      return empty;
    },
  );
  expect(await t.organization.sync()).toMatchObject({ ok: true, calendars: [{ created: 1 }] });
  expect(await stored(t)).toEqual({ uids: ["a"], hours: 1 });
  await t.store.close();
});

test.each([
  ["without an event", { ...sampleObject("a"), events: [] }, []],
  ["that is called gone as well", sampleObject("a"), ["/a.ics"]],
])("a page is refused whole for an object handed over %s", async (_name, bad, removed) => {
  const page = (request: PullRequest): PulledPage => {
    request.take?.(sampleObject("b"));
    request.take?.(bad);
    request.take?.(sampleObject("c"));
    return { ...empty, removed };
  };
  const t = await readBy(page);
  const report = await t.organization.sync();
  expect(report).toMatchObject({ ok: false, calendars: [{ created: 0, error: { code: "answer-invalid" } }] });
  expect((await stored(t)).uids).toEqual([]);
  await t.store.close();
});
