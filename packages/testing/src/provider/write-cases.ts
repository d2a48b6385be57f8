import type { CalendarEvent, CalendarObject, PutObjectRequest, PutObjectResult } from "@kalends/model";
import { expect, test, type TestContext } from "vitest";
import { seededRandom } from "../seeded-random.ts";
import { eventText } from "./event-text.ts";
import type { ProviderHarness } from "./provider-harness.ts";
import type { MirroredItemView, ProviderMirror } from "./provider-mirror.ts";

/** A calendar of its own, opened for one case. */
export type OpenCalendar = (context: TestContext, name: string, count: number) => Promise<{ harness: ProviderHarness; mirror: ProviderMirror }>;

/** A calendar of one case with the provider's write port on it. */
interface Desk {
  harness: ProviderHarness;
  mirror: ProviderMirror;
  create(object: CalendarObject): Promise<PutObjectResult>;
  retitle(item: MirroredItemView, title: string): Promise<PutObjectResult>;
  remove(item: MirroredItemView): Promise<void>;
  item(uid: string): MirroredItemView;
}

export interface WriteCaseOptions {
  /** Random edits. Default: KALENDS_STEPS, or 60. */
  steps?: number;
}

/** What an adapter with a write port promises. Adapters without one are passed over. */
export function describeWrites(calendar: OpenCalendar, options: WriteCaseOptions = {}): void {
  const open = async (context: TestContext, name: string, count: number): Promise<Desk | null> => {
    const { harness, mirror } = await calendar(context, name, count);
    if (harness.provider.putObject === undefined) context.skip("not applicable: the adapter has no write port");
    await mirror.pull();
    return deskOf(harness, mirror);
  };
  describeCreation(open);
  describeChange(open);
  describeRemoval(open);
  describeDeliveries(open);
  describeRandomEdits(open, options.steps ?? usualSteps);
}

type OpenDesk = (context: TestContext, name: string, count: number) => Promise<Desk | null>;

function describeCreation(open: OpenDesk): void {
  test("what is created is there, once, at the revision that was told", async (context) => {
    const desk = await open(context, "create", 2);
    if (desk === null) return;
    const made = await desk.create(newObject("", "Grüße, 日本; \\ 🎉"));
    expect(made).toMatchObject({ stored: { uid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, events: [{ content: { title: "Grüße, 日本; \\ 🎉" } }] } });
    expect((await desk.mirror.pull()).read).toContain(made.stored.uid);
    expect(desk.item(made.stored.uid)).toMatchObject({ remoteKey: made.remoteKey, revision: made.revision });
    expect(desk.mirror.uids).toHaveLength(3);
  });

  test("a creation that is repeated after a lost answer makes no second item", async (context) => {
    const desk = await open(context, "repeat", 0);
    if (desk === null) return;
    const object = newObject("7b5f9a52-0c2d-4b4b-9a53-1d0c5a1f2b77", "Once");
    const first = await desk.create(object);
    expect(await desk.create(object)).toMatchObject({ remoteKey: first.remoteKey, revision: first.revision });
    await desk.mirror.pull();
    expect(desk.mirror.uids).toEqual([object.uid]);
  });

  test("a UID that stands in another item is refused with a type, or accepted, and nothing is lost", async (context) => {
    const desk = await open(context, "twice", 2);
    if (desk === null) return;
    const outcome = await desk.create(newObject("twice-1", "The other")).then(() => "accepted", (thrown: { code?: string }) => thrown.code);
    expect(["accepted", "already-exists"]).toContain(outcome);
    await desk.mirror.pull();
    expect(new Set(desk.mirror.uids)).toEqual(new Set(["twice-0", "twice-1"]));
    if (outcome === "already-exists") expect(desk.mirror.titleOf("twice-1")).toBe("Title 1");
  });
}

function describeChange(open: OpenDesk): void {
  test("a change keeps what the model does not know", async (context) => {
    const desk = await open(context, "keep", 0);
    if (desk === null) return;
    const { harness, mirror } = desk;
    const more = ["X-KEEP;X-P=1:kept, and this too", "ATTACH:https://example.test/a.pdf", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "DESCRIPTION:x", "END:VALARM"];
    await harness.remote.put("keep", "keep.ics", eventText("keep-0", "Before", { more }));
    await mirror.pull();
    const changed = await desk.retitle(desk.item("keep-0"), "After");
    expect(changed.stored.events[0]?.content?.title).toBe("After");
    await mirror.pull();
    expect(mirror.titleOf("keep-0")).toBe("After");
    expect(desk.item("keep-0").revision).toBe(changed.revision);
    const text = await harness.remote.get?.("keep", "keep.ics");
    if (text === undefined) return context.skip("not applicable: the other client cannot read items as they are");
    for (const kept of [/X-KEEP;X-P="?1"?:kept/, /ATTACH:https:\/\/example.test\/a.pdf/, /BEGIN:VALARM[^]*-PT15M[^]*END:VALARM/, /DTSTART:20260301T090000Z/]) expect(text).toMatch(kept);
  });

  test("a change on an old revision is a conflict that names the new one, and overwrites nothing", async (context) => {
    const desk = await open(context, "stale", 2);
    if (desk === null) return;
    const old = desk.item("stale-1");
    await desk.harness.remote.put("stale", "stale-1.ics", eventText("stale-1", "Theirs", { day: 1 }));
    const conflict = await desk.retitle(old, "Ours").catch((thrown: unknown) => thrown);
    await desk.mirror.pull();
    expect(conflict).toMatchObject({ code: "revision-conflict", failure: "conflict", conflict: { remoteKey: old.remoteKey, revision: desk.item("stale-1").revision, deleted: false } });
    expect(desk.mirror.titleOf("stale-1")).toBe("Theirs");
  });

  test("a change of an item that was deleted does not bring it back", async (context) => {
    const desk = await open(context, "revive", 2);
    if (desk === null) return;
    await desk.harness.remote.delete("revive", "revive-1.ics");
    await expect(desk.retitle(desk.item("revive-1"), "Ours")).rejects.toMatchObject({ code: "revision-conflict", conflict: { deleted: true } });
    await desk.mirror.pull();
    expect(desk.mirror.uids).toEqual(["revive-0"]);
  });

  test("a change that is repeated after a lost answer is a success", async (context) => {
    const desk = await open(context, "lost", 1);
    if (desk === null) return;
    const old = desk.item("lost-0");
    const first = await desk.retitle(old, "New");
    expect(await desk.retitle(old, "New")).toMatchObject({ revision: first.revision, asWritten: true });
  });
}

function describeRemoval(open: OpenDesk): void {
  test("a removal on an old revision is a conflict; on the current one it removes; again it is nothing", async (context) => {
    const desk = await open(context, "remove", 3);
    if (desk === null) return;
    const old = desk.item("remove-1");
    await desk.harness.remote.put("remove", "remove-1.ics", eventText("remove-1", "Theirs", { day: 1 }));
    await expect(desk.remove(old)).rejects.toMatchObject({ code: "revision-conflict", conflict: { deleted: false } });
    await desk.mirror.pull();
    const current = desk.item("remove-1");
    await desk.remove(current);
    await desk.remove(current);
    expect((await desk.mirror.pull()).gone).toEqual(["remove-1"]);
  });

  test("a key outside of the calendar is refused before anything is sent", async (context) => {
    const desk = await open(context, "outside", 1);
    if (desk === null) return;
    const before = desk.harness.requestCount();
    const item = desk.item("outside-0");
    for (const remoteKey of ["/elsewhere/x.ics", `${item.remoteKey}/../../x.ics`, ""]) {
      await expect(desk.remove({ ...item, remoteKey })).rejects.toMatchObject({ code: "invalid-argument" });
    }
    expect(desk.harness.requestCount()).toBe(before);
  });
}

function describeDeliveries(open: OpenDesk): void {
  test("a write with mail tells what became of each message; one without asks for none", async (context) => {
    const desk = await open(context, "deliver", 0);
    if (desk === null) return;
    const { provider, access, scheduling } = desk.harness;
    if (scheduling === undefined) return context.skip("not applicable: the provider does not tell what became of its messages");
    const calendar = { remoteKey: desk.mirror.calendar.remoteKey, hints: desk.mirror.calendar.hints };
    const put = (request: Pick<PutObjectRequest, "object" | "target" | "notify">) => provider.putObject?.(access, { calendar, ...request });
    const silent = await put({ object: invited(scheduling, "Silent"), target: null, notify: false });
    expect(silent?.deliveries ?? []).toEqual([]);
    const made = await put({ object: invited(scheduling, "Told"), target: null, notify: true });
    const told = { address: scheduling.attendee, to: "attendee", codes: [expect.stringMatching(/^\d+\.\d+/) as string], outcome: "delivered" };
    expect(made?.deliveries?.filter(({ address }) => address === scheduling.attendee)).toEqual([told]);
    // The model holds nothing of the status, so that it is no change of what was written.
    await desk.mirror.pull();
    const item = desk.item(made?.stored.uid ?? "");
    expect(item.revision).toBe(made?.revision);
    const changed = await put({ object: (current) => retitled(current, "Told again"), target: item, notify: true });
    expect(changed?.deliveries).toContainEqual(told);
    const quiet = await put({ object: (current) => retitled(current, "Not told"), target: { remoteKey: item.remoteKey, revision: changed?.revision ?? null }, notify: false });
    expect(quiet?.deliveries ?? []).toEqual([]);
  });
}

function invited({ organizer, attendee }: { organizer: string; attendee: string }, title: string): CalendarObject {
  const object = newObject("", title);
  const attendees = [{ address: organizer, participation: "accepted" as const }, { address: attendee, participation: "needs-action" as const, rsvp: true as const }];
  return { ...object, events: object.events.map((event) => ({ ...event, content: { ...event.content, organizer: { address: organizer }, attendees } })) };
}

/** KALENDS_STEPS asks for more, KALENDS_SEED for others. */
const usualSteps = Number(process.env["KALENDS_STEPS"] ?? 60);

function describeRandomEdits(open: OpenDesk, steps: number): void {
  test("random edits from both sides: the replica is what is there at each quiet point", async (context) => {
    const desk = await open(context, "random", 0);
    if (desk === null) return;
    const seed = Number(process.env["KALENDS_SEED"] ?? 20_261_120);
    const random = seededRandom(seed);
    const titles = new Map<string, string>();
    const names = Array.from({ length: 8 }, (_, index) => `random-${index}`);
    for (let step = 0; step < steps; step += 1) {
      await randomStep(desk, names[Math.floor(random.uniform() * names.length)] ?? "random-0", titles, { step, choice: random.uniform() });
      if (step % 10 !== 9) continue;
      await desk.mirror.pull();
      // What a listing was not handed is set aside for all to see; reading it afresh is how it comes back.
      for (let tries = 0; desk.mirror.quarantined.length > 0 && tries < 10; tries += 1) {
        desk.mirror.cursor = null;
        await desk.mirror.pull();
      }
      const replica = new Map(desk.mirror.uids.map((uid) => [uid, desk.mirror.titleOf(uid)]));
      expect(replica, `seed ${seed}, step ${step}`).toEqual(new Map([...titles].sort(([left], [right]) => (left < right ? -1 : 1))));
    }
  }, 60_000 + steps * 500);
}

/** One edit by either side. Ours are made on the replica as it was at the last quiet point, so that many run into a conflict. */
async function randomStep(desk: Desk, uid: string, titles: Map<string, string>, { step, choice }: { step: number; choice: number }): Promise<void> {
  const title = `Step ${step}`;
  const { remote } = desk.harness;
  const known = desk.mirror.uids.includes(uid) ? desk.item(uid) : null;
  if (choice < 0.35 || known === null) {
    await remote.put("random", `${uid}.ics`, eventText(uid, title, { day: step }));
    titles.set(uid, title);
  } else if (choice < 0.5) {
    if (titles.has(uid)) await remote.delete("random", `${uid}.ics`);
    titles.delete(uid);
  } else if (choice < 0.85) {
    if (await succeeds(desk.retitle(known, title))) titles.set(uid, title);
  } else if (await succeeds(desk.remove(known))) titles.delete(uid);
}

async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (thrown) {
    if ((thrown as { code?: string }).code === "revision-conflict") return false;
    throw thrown;
  }
}

function deskOf(harness: ProviderHarness, mirror: ProviderMirror): Desk {
  const { provider, access } = harness;
  const calendar = { remoteKey: mirror.calendar.remoteKey, hints: mirror.calendar.hints };
  const put = provider.putObject?.bind(provider);
  const remove = provider.deleteObject?.bind(provider);
  if (put === undefined || remove === undefined) throw new Error("An adapter with putObject needs deleteObject");
  return {
    harness,
    mirror,
    create: (object) => put(access, { calendar, target: null, object, notify: false }),
    retitle: (item, title) => put(access, { calendar, target: item, object: (current) => retitled(current, title), notify: false }),
    remove: (item) => remove(access, { calendar, target: item, notify: false }),
    item(uid) {
      const item = mirror.itemOf(uid);
      if (item === null) throw new Error(`The replica holds no ${uid}`);
      return item;
    },
  };
}

function newObject(uid: string, title: string): CalendarObject {
  const start = { kind: "zoned" as const, value: "2026-03-20T10:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" };
  const event: CalendarEvent = { uid, start, end: { ...start, value: "2026-03-20T11:30:00" }, status: "confirmed", transparent: false, visibility: "public", content: { title } };
  return { remoteKey: "", revision: null, uid, events: [event] };
}

function retitled(current: CalendarObject | null, title: string): CalendarObject {
  if (current === null) throw new Error("There is no current object");
  return { ...current, events: current.events.map((event) => ({ ...event, content: { ...event.content, title } })) };
}
