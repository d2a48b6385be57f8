import type { RemoteCalendar, TimeRange } from "@kalends/model";
import { afterAll, describe, expect, test } from "vitest";
import type { SkipContext } from "../servers/start-server.ts";
import { eventText } from "./event-text.ts";
import type { OpenHarness, ProviderHarness } from "./provider-harness.ts";
import { ProviderMirror } from "./provider-mirror.ts";
import { describeWrites, type WriteCaseOptions } from "./write-cases.ts";

const window: TimeRange = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2026-12-31T00:00:00Z") };

/** What each case starts from: the one harness of the suite, and a calendar of its own. */
interface Stage {
  harness(context: SkipContext): Promise<ProviderHarness>;
  /** Makes a calendar with `count` events `name-0`, `name-1`, ... and a mirror that has read nothing yet. */
  calendar(context: SkipContext, name: string, count: number): Promise<{ harness: ProviderHarness; mirror: ProviderMirror }>;
}

/**
 * What every provider adapter promises, against a real provider. One call is the adapter's whole test:
 * `describeProviderConformance("CalDAV on Radicale", async (context) => openCaldavHarness("radicale", context))`.
 */
export function describeProviderConformance(name: string, open: OpenHarness): void {
  describe(`provider conformance: ${name}`, () => {
    const stage = openStage(open);
    describeLogin(stage);
    describeSnapshot(stage);
    describeDelta(stage);
    describeItems(stage);
    describeWrites((context, calendar, count) => stage.calendar(context, calendar, count));
  });
}

/** The part of the suite that writes, for adapters whose way to the server is worth a second run: through faults, with another login. */
export function describeProviderWrites(name: string, open: OpenHarness, options: WriteCaseOptions = {}): void {
  describe(`provider conformance, writes: ${name}`, () => {
    const stage = openStage(open);
    describeWrites((context, calendar, count) => stage.calendar(context, calendar, count), options);
  });
}

function openStage(open: OpenHarness): Stage {
  let opened: Promise<ProviderHarness> | null = null;
  const harness = (context: SkipContext): Promise<ProviderHarness> => (opened ??= open(context));
  afterAll(async () => {
    await (await opened?.catch(() => null))?.close();
  });
  return {
    harness,
    async calendar(context, calendar, count) {
      const ready = await harness(context);
      await ready.remote.createCalendar(calendar, calendar);
      for (let index = 0; index < count; index += 1) await putEvent(ready, calendar, index);
      return { harness: ready, mirror: new ProviderMirror(ready.provider, ready.access, await listed(ready, calendar), window) };
    },
  };
}

function describeLogin(stage: Stage): void {
  test("lists calendars with their names as they are", async (context) => {
    const { provider, access, remote } = await stage.harness(context);
    await remote.createCalendar("named-one", "Grün & <Blau>");
    await remote.createCalendar("named-two", "1e5");
    const names = (await provider.listCalendars(access)).map((calendar) => calendar.name);
    expect(names).toEqual(expect.arrayContaining(["Grün & <Blau>", "1e5"]));
    await remote.deleteCalendar("named-one");
    await remote.deleteCalendar("named-two");
    const left = (await provider.listCalendars(access)).map((calendar) => calendar.name);
    expect(left).not.toContain("Grün & <Blau>");
    expect(left).not.toContain("1e5");
  });

  test("a calendar keeps its key and hints from one listing to the next", async (context) => {
    const { provider, access } = await stage.harness(context);
    expect(await provider.listCalendars(access)).toEqual(await provider.listCalendars(access));
  });

  test("a wrong password is auth-failed, with a remedy", async (context) => {
    const { provider, wrongAccess } = await stage.harness(context);
    await expect(provider.listCalendars(wrongAccess)).rejects.toMatchObject({ code: "auth-failed", failure: "auth", remedy: expect.stringContaining("password") as string });
  });

  test("connect proves the login, and lists what listCalendars lists", async (context) => {
    const { provider, login, wrongAccess } = await stage.harness(context);
    if (login === undefined || provider.connect === undefined) return context.skip("not applicable: the adapter has no connect");
    const connected = await provider.connect(login);
    expect(connected.remoteIdentity).not.toBe("");
    expect(connected.label).not.toBe("");
    expect(connected.calendars).toEqual(await provider.listCalendars({ endpoint: connected.endpoint, credential: login.credential }));
    await expect(provider.connect({ ...login, credential: wrongAccess.credential })).rejects.toMatchObject({ code: "auth-failed" });
  });

  test("an aborted call is aborted", async (context) => {
    const { provider, access } = await stage.harness(context);
    await expect(provider.listCalendars({ ...access, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });
}

function describeSnapshot(stage: Stage): void {
  test("the first pass is a complete snapshot, page by page", async (context) => {
    const { mirror } = await stage.calendar(context, "first", 23);
    const pass = await mirror.pull();
    expect(pass).toMatchObject({ kind: "snapshot", pages: 3, present: 0, gone: [], expectedItems: 23 });
    expect(mirror.uids).toEqual(uids("first", 23));
    expect(mirror.titleOf("first-7")).toBe("Title 7");
    expect(mirror.quarantined).toEqual([]);
  });

  test("an empty calendar is an empty snapshot", async (context) => {
    const { mirror } = await stage.calendar(context, "empty", 0);
    expect(await mirror.pull()).toMatchObject({ kind: "snapshot", pages: 1, read: [] });
  });

  test("a second snapshot downloads only what changed", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "again", 23);
    await mirror.pull();
    await putEvent(harness, "again", 4, "Another title");
    await harness.remote.delete("again", "again-5.ics");
    mirror.cursor = null;
    const pass = await mirror.pull();
    expect(pass).toMatchObject({ kind: "snapshot", read: ["again-4"], present: 21, gone: ["again-5"] });
    expect(mirror.titleOf("again-4")).toBe("Another title");
  });

  test("a thorough pass agrees with what is there", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "thorough", 12);
    await mirror.pull();
    await harness.remote.delete("thorough", "thorough-3.ics");
    const pass = await mirror.pull({ thorough: true });
    expect(pass.gone).toEqual(["thorough-3"]);
    expect(mirror.uids).toEqual(uids("thorough", 12).filter((uid) => uid !== "thorough-3"));
    expect(await mirror.pull()).toMatchObject({ read: [], gone: [] });
  });

  test("an item deleted in the middle of a snapshot does no harm", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "middle", 25);
    const pass = await mirror.pull({
      beforePage: async (page) => {
        if (page === 1) await harness.remote.delete("middle", "middle-9.ics");
      },
    });
    expect(pass.kind).toBe("snapshot");
    await mirror.pull();
    expect(mirror.uids).toEqual(uids("middle", 25).filter((uid) => uid !== "middle-9"));
    expect(mirror.quarantined).toEqual([]);
  });

  test("a dead cursor is cursor-expired, and the snapshot after it removes what vanished", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "dead", 12);
    if (harness.deadCursor === undefined) return context.skip("not applicable: no cursor of this provider can be made to expire");
    await mirror.pull();
    await harness.remote.delete("dead", "dead-1.ics");
    mirror.cursor = harness.deadCursor;
    await expect(mirror.pull()).rejects.toMatchObject({ code: "cursor-expired", failure: "cursor-expired" });
    expect(await mirror.pull()).toMatchObject({ kind: "snapshot", read: [], present: 11, gone: ["dead-1"] });
  });
}

function describeDelta(stage: Stage): void {
  test("creations, changes and deletions arrive, and nothing else does", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "delta", 23);
    await mirror.pull();
    await putEvent(harness, "delta", 30);
    await putEvent(harness, "delta", 2, "Changed");
    await harness.remote.delete("delta", "delta-3.ics");
    const pass = await mirror.pull();
    expect(pass).toMatchObject({ read: expected(harness, ["delta-2", "delta-30"]), gone: ["delta-3"] });
    expect(mirror.titleOf("delta-2")).toBe("Changed");
    expect(await mirror.pull()).toMatchObject({ read: expected(harness, []), gone: [] });
  });

  test("many changes come in several pages", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "many", 3);
    await mirror.pull();
    for (let index = 3; index < 28; index += 1) await putEvent(harness, "many", index);
    const pass = await mirror.pull();
    expect(pass.read).toEqual(expected(harness, uids("many", 28).filter((uid) => !["many-0", "many-1", "many-2"].includes(uid))));
    expect(pass.pages).toBeGreaterThanOrEqual(3);
    expect(mirror.uids).toEqual(uids("many", 28));
  });

  test("an event that moves to another calendar leaves the one and enters the other", async (context) => {
    const from = await stage.calendar(context, "from", 2);
    const to = await stage.calendar(context, "to", 1);
    await from.mirror.pull();
    await to.mirror.pull();
    await from.harness.remote.delete("from", "from-1.ics");
    await from.harness.remote.put("to", "from-1.ics", eventText("from-1", "Moved"));
    expect((await from.mirror.pull()).gone).toEqual(["from-1"]);
    expect((await to.mirror.pull()).read).toEqual(expected(to.harness, ["from-1"]));
  });

  test("an event that is deleted and written again is there with its new text", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "rewritten", 2);
    await mirror.pull();
    await harness.remote.delete("rewritten", "rewritten-0.ics");
    await putEvent(harness, "rewritten", 0, "Written again");
    await mirror.pull();
    expect(mirror.uids).toEqual(uids("rewritten", 2));
    expect(mirror.titleOf("rewritten-0")).toBe("Written again");
  });

  test("a pass without news is cheap", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "idle", 12);
    await mirror.pull();
    const before = harness.requestCount();
    expect(await mirror.pull()).toMatchObject({ read: [], gone: [] });
    expect(harness.requestCount() - before).toBe(harness.idleRequests ?? 1);
  });

  test("a deleted calendar is calendar-gone", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "vanishing", 2);
    await mirror.pull();
    await harness.remote.deleteCalendar("vanishing");
    const failure = await mirror.pull().catch((thrown: unknown) => thrown);
    // Some providers refuse the position before they notice; the next read then says it.
    if ((failure as { code?: string }).code === "cursor-expired") mirror.cursor = null;
    await expect(mirror.pull()).rejects.toMatchObject({ code: "calendar-gone" });
    const names = (await harness.provider.listCalendars(harness.access)).map((calendar) => calendar.name);
    expect(names).not.toContain("vanishing");
  });
}

function describeItems(stage: Stage): void {
  test("a broken item is set aside with its reason; the others are read", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "broken", 12);
    if (harness.brokenItem === undefined) return context.skip("not applicable: the provider refuses every invalid event itself");
    await harness.remote.put("broken", "broken-item.ics", harness.brokenItem);
    await mirror.pull();
    expect(mirror.uids).toEqual(uids("broken", 12));
    expect(mirror.quarantined).toHaveLength(1);
    expect(mirror.quarantined[0]).toMatchObject({ code: "object-invalid", reason: expect.stringMatching(/\w/) as string });
    await harness.remote.delete("broken", "broken-item.ics");
    await mirror.pull();
    expect(mirror.quarantined).toEqual([]);
  });

  test("names of items may be of any kind", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "odd", 0);
    for (const [index, name] of harness.itemNames.entries()) await harness.remote.put("odd", name, eventText(`odd-${index}`, "Ä 日本 🎉"));
    await mirror.pull();
    expect(mirror.uids).toEqual(uids("odd", harness.itemNames.length));
    expect(mirror.titleOf("odd-0")).toBe("Ä 日本 🎉");
    for (const [index, name] of harness.itemNames.entries()) await harness.remote.put("odd", name, eventText(`odd-${index}`, "Changed"));
    expect((await mirror.pull()).read).toEqual(uids("odd", harness.itemNames.length));
    for (const name of harness.itemNames) await harness.remote.delete("odd", name);
    expect((await mirror.pull()).gone).toEqual(uids("odd", harness.itemNames.length));
  });

  test("a task is no event, and an event that becomes a task is gone", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "tasks", 2);
    try {
      await harness.remote.put("tasks", "task.ics", eventText("task", "To do", { component: "VTODO" }));
    } catch {
      return context.skip("not applicable: the provider takes no tasks into a calendar of events");
    }
    await mirror.pull();
    expect(mirror.uids).toEqual(uids("tasks", 2));
    expect(mirror.quarantined).toEqual([]);
    await harness.remote.put("tasks", "tasks-1.ics", eventText("tasks-1", "To do now", { component: "VTODO" }));
    expect((await mirror.pull()).gone).toEqual(["tasks-1"]);
  });

  test("a series with overrides arrives as one object", async (context) => {
    const { harness, mirror } = await stage.calendar(context, "series", 0);
    await harness.remote.put("series", "series.ics", seriesText("series-0"));
    const pass = await mirror.pull();
    expect(pass.read).toEqual(["series-0"]);
  });
}

function seriesText(uid: string): string {
  const master = eventText(uid, "Weekly", { more: ["RRULE:FREQ=WEEKLY;COUNT=10", "EXDATE:20260315T090000Z"] });
  const override = eventText(uid, "Moved", { more: ["RECURRENCE-ID:20260308T090000Z"] }).replace("20260301T090000Z", "20260308T110000Z").replace("20260301T100000Z", "20260308T120000Z");
  const inner = override.slice(override.indexOf("BEGIN:VEVENT"), override.indexOf("END:VCALENDAR"));
  return master.replace("END:VCALENDAR", `${inner}END:VCALENDAR`);
}

function putEvent(harness: ProviderHarness, calendar: string, index: number, title = `Title ${index}`): Promise<void> {
  return harness.remote.put(calendar, `${calendar}-${index}.ics`, eventText(`${calendar}-${index}`, title, { day: index }));
}

async function listed(harness: ProviderHarness, name: string): Promise<RemoteCalendar> {
  const calendars = await harness.provider.listCalendars(harness.access);
  const found = calendars.filter((calendar) => calendar.name === name);
  const [calendar] = found;
  if (calendar === undefined || found.length > 1) throw new Error(`${found.length} calendars are named ${name}`);
  return calendar;
}

/** The UIDs that a pass must bring, and no others where the provider does not repeat itself. */
function expected(harness: ProviderHarness, read: string[]): unknown {
  return harness.repeats === true ? expect.arrayContaining(read) : read;
}

function uids(calendar: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${calendar}-${index}`).sort();
}
