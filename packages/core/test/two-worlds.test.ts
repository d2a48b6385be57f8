import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApplicationEngine, AuthorizationLimits } from "@kalends/core";
import type { CalendarEvent, Scope } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { hour, sampleObject } from "./sample-object.ts";

/** One way to be authorized. `hides`: what two worlds may differ in without this view noticing. */
interface ViewUnderTest {
  name: string;
  scopes: Scope[];
  limits: AuthorizationLimits;
  hides: "everything but busy times" | "all but titles" | "descriptions";
}

const views: ViewUnderTest[] = [
  { name: "read_free_busy", scopes: ["read_free_busy"], limits: {}, hides: "everything but busy times" },
  { name: "read_free_busy with calendars", scopes: ["read_free_busy", "list_calendars", "read_account"], limits: {}, hides: "everything but busy times" },
  { name: "read_events at busy", scopes: ["read_events", "list_calendars"], limits: { detail: "busy" }, hides: "everything but busy times" },
  { name: "read_events at title", scopes: ["read_events"], limits: { detail: "title" }, hides: "all but titles" },
  { name: "read_events at title, private allowed in vain", scopes: ["read_events"], limits: { detail: "title", privateEvents: true }, hides: "all but titles" },
  { name: "read_events at full without descriptions", scopes: ["read_events", "list_calendars"], limits: { detail: "full", noDescriptions: true }, hides: "descriptions" },
];

const slot = fc.record({
  at: fc.integer({ min: 0, max: 40 }),
  title: fc.constantFrom("Lunch", "Talk", "Flight"),
  isPrivate: fc.boolean(),
  tentative: fc.boolean(),
  weekly: fc.boolean(),
  /** In the second world its busy time is made of two events, where that is hidden. */
  split: fc.boolean(),
  secrets: fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/)),
});
type Slot = typeof slot extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), key: fc.integer({ min: 0, max: 4 }), slot }),
  fc.record({ kind: fc.constant("remove" as const), key: fc.integer({ min: 0, max: 4 }) }),
  // Happens in the first world only.
  fc.record({ kind: fc.constant("hidden-edit" as const), key: fc.integer({ min: 0, max: 4 }), word: fc.stringMatching(/^[a-z]{1,8}$/) }),
  // In the calendar that the application does not have, and different in each world.
  fc.record({ kind: fc.constant("elsewhere" as const), world: fc.constantFrom(0, 1), key: fc.integer({ min: 0, max: 2 }), slot }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function eventOf(view: ViewUnderTest, one: Slot, world: number, secret: string, length: number): Partial<CalendarEvent> {
  const hidden = view.hides === "everything but busy times" || one.isPrivate;
  const shared = view.hides === "descriptions" ? { location: "Room 1", attendees: [{ address: "a@example.test", participation: "accepted" as const }] } : {};
  return {
    start: hour(one.at),
    end: hour(one.at + length),
    status: one.tentative ? "tentative" : "confirmed",
    visibility: one.isPrivate ? (world === 0 ? "private" : "confidential") : "public",
    ...(one.weekly ? { rules: ["FREQ=WEEKLY;COUNT=3"] } : {}),
    content: {
      title: hidden ? `${one.title} ${secret}` : one.title,
      description: secret,
      ...(hidden || view.hides === "all but titles" ? { location: secret, categories: [secret] } : shared),
    },
    ...(hidden || view.hides === "all but titles" ? { sequence: secret.length } : {}),
    lastModified: "2026-11-01T00:00:00Z",
  };
}

/** One world: an engine, an application with that view, and a provider that is moved by the steps. */
class World {
  readonly t: TestEngine;
  readonly application: ApplicationEngine;
  readonly accountId: string;
  readonly view: ViewUnderTest;
  readonly number: number;
  readonly #slots = new Map<number, Slot>();

  private constructor(t: TestEngine, application: ApplicationEngine, accountId: string, view: ViewUnderTest, number: number) {
    this.t = t;
    this.application = application;
    this.accountId = accountId;
    this.view = view;
    this.number = number;
  }

  static async open(view: ViewUnderTest, number: number): Promise<World> {
    const t = await openTestEngine();
    for (const name of ["/work/", "/home/"]) t.provider.calendar(name);
    const accountId = await t.connect();
    const home = (await t.organization.listCalendars()).find(({ remoteKey }) => remoteKey === "/home/");
    const { id } = await t.organization.applications.create({ name: "Reader" });
    await t.organization.applications.authorize({ applicationId: id, accountId, scopes: view.scopes, ...view.limits, excludedCalendarIds: [home?.id ?? ""] });
    return new World(t, t.organization.application(id), accountId, view, number);
  }

  async play(one: Step): Promise<void> {
    const work = this.t.provider.calendar("/work/");
    if (one.kind === "put") this.#put(one.key, one.slot, one.slot.secrets[this.number] ?? "");
    if (one.kind === "remove") {
      this.#slots.delete(one.key);
      for (const key of work.keys().filter((name) => name.startsWith(`/${one.key}`))) work.remove(key);
    }
    const known = this.#slots.get(one.key);
    if (one.kind === "hidden-edit" && this.number === 0 && known !== undefined) this.#put(one.key, known, one.word);
    if (one.kind === "elsewhere" && this.number === one.world) {
      this.t.provider.calendar("/home/").put(`/h${one.key}.ics`, sampleObject(`h${one.key}`, eventOf(this.view, one.slot, one.world, "elsewhere", 1)));
    }
    await this.t.clock.advance(60_000);
    const report = await this.t.organization.sync();
    expect(report.ok).toBe(true);
  }

  #put(key: number, one: Slot, secret: string): void {
    this.#slots.set(key, one);
    const work = this.t.provider.calendar("/work/");
    const hidden = this.view.hides === "everything but busy times" || one.isPrivate;
    const uid = hidden ? `uid-${key}-${secret}` : `uid-${key}`;
    for (const old of work.keys().filter((name) => name.startsWith(`/${key}`))) if (hidden) work.remove(old);
    if (hidden && one.split && this.number === 1) {
      work.put(`/${key}-1.ics`, sampleObject(`${uid}-1`, eventOf(this.view, one, this.number, secret, 1)));
      work.put(`/${key}-2.ics`, sampleObject(`${uid}-2`, eventOf(this.view, { ...one, at: one.at + 1 }, this.number, secret, 1)));
      return;
    }
    // Which of two names an event has is hidden too, and the names of an earlier split one go.
    for (const old of work.keys().filter((name) => name.startsWith(`/${key}-`))) work.remove(old);
    work.put(`/${key}.ics`, sampleObject(uid, eventOf(this.view, one, this.number, secret, 2)));
  }

  /** Everything that every public read answers, errors included, as one text. */
  async look(): Promise<string> {
    const { application: app, accountId } = this;
    const range = { from: "2026-11-19T00:00:00Z", to: "2026-12-20T00:00:00Z" };
    const work = (await this.t.organization.listCalendars()).find(({ remoteKey }) => remoteKey === "/work/")?.id ?? "";
    const calls: [string, () => Promise<unknown>][] = [
      ["accounts", () => app.accounts()],
      ["account", () => app.account(accountId)],
      ["calendars", () => app.calendars(accountId)],
      ["busy, ignore", () => app.freeBusy({ accounts: [accountId], ...range, whenStale: "ignore" })],
      ["busy, treat", () => app.freeBusy({ accounts: [accountId], ...range, whenStale: "treat-as-busy" })],
      ["busy, fail", () => app.freeBusy({ accounts: [accountId], ...range, whenStale: "fail" })],
      ["busy of a calendar", () => app.freeBusy({ accounts: [accountId], calendars: [work], ...range, whenStale: "ignore" })],
      ["events", () => app.events({ accountId, ...range })],
      ["events in Tokyo", () => app.events({ accountId, calendars: [work], ...range, zone: "Asia/Tokyo" })],
      ["status", () => app.status(accountId)],
      ["changes", () => app.changes(0)],
      ["head", () => app.changesHead()],
    ];
    const answers: string[] = [];
    for (const [name, call] of calls) {
      const answer = await call().then(
        (value) => JSON.stringify(value),
        (thrown: { code?: string; message?: string; remedy?: string }) => `${thrown.code} ${thrown.message} ${thrown.remedy}`,
      );
      answers.push(`${name}: ${answer}`);
    }
    return answers.join("\n");
  }
}

describe("two worlds that differ only in what is hidden", () => {
  test.each(views)("$name: every public read gives the same bytes", async (view) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const [one, other] = [await World.open(view, 0), await World.open(view, 1)];
        for (const each of steps) {
          await one.play(each);
          await other.play(each);
          expect(await other.look()).toBe(await one.look());
        }
        await one.t.store.close();
        await other.t.store.close();
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test("the comparison has teeth: what the view does show tells the worlds apart", async () => {
    const base: Slot = { at: 3, title: "Lunch", isPrivate: false, tentative: false, weekly: false, split: false, secrets: ["a", "b"] };
    for (const view of views) {
      const worlds = [await World.open(view, 0), await World.open(view, 0)];
      await worlds[0]?.play({ kind: "put", key: 1, slot: base });
      const seen = view.hides === "everything but busy times" ? { at: 4 } : view.hides === "all but titles" ? { title: "Talk" as const } : { isPrivate: true };
      await worlds[1]?.play({ kind: "put", key: 1, slot: { ...base, ...seen } });
      expect(await worlds[0]?.look(), view.name).not.toBe(await worlds[1]?.look());
      for (const world of worlds) await world.t.store.close();
    }
  });
});
