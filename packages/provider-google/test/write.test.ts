import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CalendarEvent, CalendarObject, EventTime, PutObjectResult } from "@kalends/model";
import { seededRandom } from "@kalends/testing";
import { googleProvider } from "@kalends/provider-google";
import { ada, openGoogleHarness, type GoogleHarness } from "./google-harness.ts";
import { Replica } from "./replica.ts";

let harness: GoogleHarness;
let sent: { method: string; target: string; body: Record<string, unknown> }[] = [];
let calendar = { remoteKey: ada, hints: { access: "owner", timeZone: "Europe/Berlin" } };
let made = 0;

beforeAll(async () => {
  const checkerOf = { check: (_exchange: unknown): void => undefined };
  harness = await openGoogleHarness({
    onExchange: (exchange) => {
      checkerOf.check(exchange);
      if (exchange.method !== "GET") sent.push({ method: exchange.method, target: exchange.target, body: exchange.requestBody === "" ? {} : (JSON.parse(exchange.requestBody) as Record<string, unknown>) });
    },
  });
  if (harness.checker !== null) checkerOf.check = (exchange) => harness.checker?.check(exchange as Parameters<NonNullable<GoogleHarness["checker"]>["check"]>[0]);
});
beforeEach(() => {
  made += 1;
  const id = `calendar-${made}@group.calendar.google.com`;
  harness.sandbox.user(ada).createCalendar(id, { summary: `Calendar ${made}`, timeZone: "Europe/Berlin" });
  calendar = { ...calendar, remoteKey: id };
  sent = [];
});
afterAll(async () => {
  await harness.close();
  expect(harness.checker?.problems ?? []).toEqual([]);
});

const wall = (value: string): EventTime => ({ kind: "zoned", value, zone: "Europe/Berlin", tzid: "Europe/Berlin" });
const event = (more: Partial<CalendarEvent> = {}): CalendarEvent => ({
  ...{ uid: "u", start: wall("2026-12-01T09:00:00"), end: wall("2026-12-01T10:00:00"), status: "confirmed", transparent: false, visibility: "public" },
  ...more,
});
const object = (...events: CalendarEvent[]): CalendarObject => ({ remoteKey: "", revision: null, uid: "u", events });
const put = (target: { remoteKey: string; revision: string | null } | null, wanted: CalendarObject | ((current: CalendarObject | null) => CalendarObject), notify = false): Promise<PutObjectResult> =>
  harness.provider.putObject?.(harness.access, { calendar, target, object: wanted, notify }) ?? Promise.reject(new Error("no write port"));
const master = (change: (event: CalendarEvent) => CalendarEvent) => (current: CalendarObject | null): CalendarObject => {
  if (current === null) throw new Error("There is no current object");
  return { ...current, events: current.events.map((one) => (one.recurrenceId === undefined ? change(one) : one)) };
};
const titles = async (): Promise<string[]> => {
  const list = await harness.client.events.list({ calendarId: calendar.remoteKey, singleEvents: true, orderBy: "startTime" });
  return (list.data.items ?? []).map(({ start, summary }) => `${(start?.dateTime ?? start?.date)?.slice(5, 16)} ${summary}`);
};

const series = (): CalendarObject =>
  object(
    event({ rules: ["FREQ=DAILY;COUNT=5"], excludedTimes: [wall("2026-12-02T09:00:00")], content: { title: "Daily" } }),
    event({ recurrenceId: wall("2026-12-03T09:00:00"), start: wall("2026-12-03T11:00:00"), end: wall("2026-12-03T12:00:00"), content: { title: "Moved" } }),
  );

describe("writing, with Google's own client looking on", () => {
  test("a series with an exception and a skipped day", async () => {
    const result = await put(null, series());
    expect(result.asWritten).toBe(true);
    expect(await titles()).toEqual(["12-01T09:00 Daily", "12-03T11:00 Moved", "12-04T09:00 Daily", "12-05T09:00 Daily"]);
    // Once more, as after a lost answer.
    expect(await put(null, series())).toMatchObject({ remoteKey: result.remoteKey, revision: result.revision, asWritten: true });
    const replica = new Replica(harness.provider, harness.access, calendar);
    await replica.pull();
    expect([...replica.objects.values()]).toMatchObject([{ remoteKey: result.remoteKey, revision: result.revision, uid: "u" }]);
  });

  test("skips a day more, brings one back, and lets an instance be as its series again", async () => {
    const first = await put(null, series());
    const skipped = await put(first, master((one) => ({ ...one, excludedTimes: [...(one.excludedTimes ?? []), wall("2026-12-04T09:00:00")] })));
    expect(await titles()).toEqual(["12-01T09:00 Daily", "12-03T11:00 Moved", "12-05T09:00 Daily"]);
    const back = await put(skipped, master((one) => ({ ...one, excludedTimes: [wall("2026-12-02T09:00:00")] })));
    expect(await titles()).toEqual(["12-01T09:00 Daily", "12-03T11:00 Moved", "12-04T09:00 Daily", "12-05T09:00 Daily"]);
    const plain = await put(back, (current) => ({ ...(current as CalendarObject), events: (current?.events ?? []).slice(0, 1) }));
    expect(await titles()).toEqual(["12-01T09:00 Daily", "12-03T09:00 Daily", "12-04T09:00 Daily", "12-05T09:00 Daily"]);
    expect(plain.revision).not.toBe(first.revision);
    await expect(put(first, master((one) => ({ ...one, content: { title: "Late" } })))).rejects.toMatchObject({ code: "revision-conflict", conflict: { remoteKey: first.remoteKey, revision: plain.revision } });
  });

  test("sends only what differs", async () => {
    const first = await put(null, object(event({ content: { title: "One", location: "Here", description: "Text" } })));
    sent = [];
    await put(first, master((one) => ({ ...one, content: { title: "Two", location: "Here" } })));
    expect(sent.map(({ method, body }) => ({ method, body }))).toEqual([{ method: "PATCH", body: { summary: "Two", description: null } }]);
    expect(sent[0]?.target).toContain("conferenceDataVersion=1");
  });

  test("a day becomes a time and back", async () => {
    const first = await put(null, object(event({ start: { kind: "date", value: "2026-12-01" }, end: { kind: "date", value: "2026-12-03" } })));
    expect(first.asWritten).toBe(true);
    const timed = await put(first, master((one) => ({ ...one, start: wall("2026-12-01T09:00:00"), end: wall("2026-12-01T10:00:00") })));
    expect(timed.stored.events[0]).toMatchObject({ start: wall("2026-12-01T09:00:00"), end: wall("2026-12-01T10:00:00") });
    const { end: _end, ...open } = event({ start: { kind: "date", value: "2026-12-24" } });
    expect((await put(timed, object(open))).stored.events[0]).toMatchObject({ start: { kind: "date", value: "2026-12-24" }, end: { kind: "date", value: "2026-12-25" } });
  });

  test("an own answer changes that attendee alone, and keeps what the model does not know", async () => {
    const attendees = [
      { email: ada, responseStatus: "needsAction", comment: "maybe" },
      { email: "bob@example.test", responseStatus: "accepted", additionalGuests: 2, comment: "with two" },
    ];
    const { data } = await harness.client.events.insert({ calendarId: calendar.remoteKey, requestBody: { summary: "Invited", start: { dateTime: "2026-12-01T09:00:00Z" }, end: { dateTime: "2026-12-01T10:00:00Z" }, attendees } });
    const target = { remoteKey: data.id ?? "", revision: data.etag ?? null };
    const answered = await put(target, master((one) => ({ ...one, participation: "accepted" })));
    expect(answered.stored.events[0]?.participation).toBe("accepted");
    const now = await harness.client.events.get({ calendarId: calendar.remoteKey, eventId: target.remoteKey });
    expect(now.data.attendees).toMatchObject([{ email: ada, responseStatus: "accepted", comment: "maybe" }, { email: "bob@example.test", responseStatus: "accepted", additionalGuests: 2, comment: "with two" }]);
  });

  test("mail goes out where it is allowed, and not else", async () => {
    const invited = event({ content: { title: "Mail", attendees: [{ address: "bob@example.test", participation: "needs-action" }] } });
    const before = harness.sandbox.mail.length;
    const quiet = await put(null, { ...object({ ...invited, uid: "q" }), uid: "q" });
    expect(harness.sandbox.mail.length).toBe(before);
    await put(quiet, master((one) => ({ ...one, content: { ...one.content, title: "Told" } })), true);
    expect(harness.sandbox.mail.length).toBeGreaterThan(before);
  });

  test("what was deleted is written anew under its old UID", async () => {
    const first = await put(null, object(event({ content: { title: "One" } })));
    await harness.provider.deleteObject?.(harness.access, { calendar, target: first, notify: false });
    expect(await titles()).toEqual([]);
    const again = await put(null, object(event({ content: { title: "Again" } })));
    expect(again).toMatchObject({ remoteKey: first.remoteKey, asWritten: true });
    expect(await titles()).toEqual(["12-01T09:00 Again"]);
    await expect(put(null, object(event({ content: { title: "Another" } })))).rejects.toMatchObject({ code: "already-exists", conflict: { remoteKey: first.remoteKey, revision: again.revision } });
  });

  test("what Google cannot hold is refused with a type", async () => {
    await expect(put(null, object(event({ start: { kind: "zoned", value: "2026-12-01T09:00:00", zone: null, tzid: "Mars" } })))).rejects.toMatchObject({ code: "object-invalid" });
    await expect(put(null, object(event({ recurrenceId: wall("2026-12-01T09:00:00") })))).rejects.toMatchObject({ code: "object-invalid" });
    await expect(put(null, object(event({ rules: ["FREQ=NEVER"] })))).rejects.toMatchObject({ code: "object-invalid" });
  });
});

/** KALENDS_STEPS asks for more, KALENDS_SEED for others. */
const steps = Number(process.env["KALENDS_STEPS"] ?? 150);

test("random edits of series from both sides: deltas and a first reading agree at each quiet point", async () => {
  const seed = Number(process.env["KALENDS_SEED"] ?? 20_261_128);
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random.uniform() * count);
  const theirs = harness.sandbox.user(ada).calendar(calendar.remoteKey);
  const paged = googleProvider({ ...harness.options, pageSize: 3 });
  const replica = new Replica(paged, harness.access, calendar);
  const at = (day: number, hour: number): object => ({ dateTime: `2026-12-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:00`, timeZone: "Europe/Berlin" });
  const ids = Array.from({ length: 6 }, (_, index) => `series${index}`);
  for (let step = 0; step < steps; step += 1) {
    const id = ids[pick(ids.length)] ?? "series0";
    const there = theirs.find(id);
    const living = there !== null && there.status !== "cancelled";
    const choice = random.uniform();
    const instance = `${id}_202612${String(1 + pick(9)).padStart(2, "0")}T080000Z`;
    if (!living) {
      const recurrence = choice < 0.8 ? { recurrence: ["RRULE:FREQ=DAILY;COUNT=9"] } : {};
      if (there === null) theirs.insert({ id, summary: `Step ${step}`, start: at(1, 9), end: at(1, 10), ...recurrence });
      else theirs.patch(id, { status: "confirmed", summary: `Step ${step}` });
    } else if (choice < 0.3 && theirs.find(instance) !== null) theirs.patch(instance, { summary: `Step ${step}`, start: at(1 + pick(9), 12), end: at(20, 13), status: "confirmed" });
    else if (choice < 0.5 && theirs.find(instance) !== null && theirs.find(instance)?.status !== "cancelled") theirs.delete(instance);
    else if (choice < 0.6) theirs.patch(id, { summary: `Step ${step}` });
    else if (choice < 0.7) theirs.delete(id);
    else {
      const known = replica.objects.get(id);
      if (known !== undefined) await put({ remoteKey: id, revision: known.revision }, (current) => ({ ...(current as CalendarObject), events: (current?.events ?? []).map((one) => ({ ...one, content: { title: `Ours ${step}` } })) })).catch((thrown: { code?: string }) => {
        expect(thrown.code, `seed ${seed}, step ${step}`).toBe("revision-conflict");
      });
    }
    if (step % 5 !== 4) continue;
    await replica.pull();
    const fresh = new Replica(paged, harness.access, calendar);
    await fresh.pull();
    expect(replica.text(), `seed ${seed}, step ${step}`).toEqual(fresh.text());
    const left = theirs.events().filter(({ status }) => status !== "cancelled").map((one) => one.recurringEventId ?? one.id);
    expect([...fresh.objects.keys()].sort(), `seed ${seed}, step ${step}`).toEqual([...new Set(left)].sort());
  }
}, 120_000);
