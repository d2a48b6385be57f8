import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { GoogleCalendar } from "../../src/index.ts";
import { ada, bob, meeting, startGoogleRun, type GoogleRun } from "./google-run.ts";

let run: GoogleRun;
let calendar: GoogleCalendar;
let path: string;
let number = 0;
beforeAll(async () => {
  run = await startGoogleRun();
});
beforeEach(() => {
  calendar = run.sandbox.user(ada).createCalendar(`c${++number}@group.calendar.google.com`, { timeZone: "Europe/Berlin" });
  path = `calendars/${encodeURIComponent(calendar.id)}/events`;
});
afterAll(() => run.close());

const reasonOf = (reply: { status: number; body: { error: { errors: { reason: string }[] } } }): [number, string | undefined] => [reply.status, reply.body.error.errors[0]?.reason];
const weekly = (more: Record<string, unknown> = {}): Record<string, unknown> => meeting("weekly", 10, { recurrence: ["RRULE:FREQ=WEEKLY;COUNT=4"], ...more });

describe("writing", () => {
  test("an event comes back with the offset of the calendar's zone and its own zone", async () => {
    const times = { start: { dateTime: "2026-01-05T10:00:00", timeZone: "America/New_York" }, end: { dateTime: "2026-01-05T11:00:00-05:00", timeZone: "America/New_York" } };
    const { body } = await run.api("POST", path, { body: { summary: "x", ...times, transparency: "opaque" } });
    expect(body).toMatchObject({ status: "confirmed", sequence: 0, eventType: "default", start: { dateTime: "2026-01-05T16:00:00+01:00", timeZone: "America/New_York" }, iCalUID: `${body.id}@google.com` });
    expect(body).not.toHaveProperty("transparency");
    const other = await run.api("GET", `${path}/${body.id}?timeZone=Asia/Tokyo`);
    expect(other.body.start.dateTime).toBe("2026-01-06T00:00:00+09:00");
  });

  test("what Google refuses is refused, with its reason", async () => {
    const own = "kalends0000000000001";
    expect((await run.api("POST", path, { body: meeting("x", 9, { id: own }) })).status).toBe(200);
    const cases: [Record<string, unknown>, number, string][] = [
      [meeting("x", 9, { id: own }), 409, "duplicate"],
      [meeting("x", 9, { id: "UPPER" }), 400, "invalid"],
      [meeting("x", 9, { id: "abcde", iCalUID: "u@x" }), 400, "invalid"],
      [{ ...meeting("x"), end: { dateTime: "2026-01-05T09:00:00+01:00" } }, 400, "timeRangeEmpty"],
      [{ ...meeting("x"), end: { date: "2026-01-06" } }, 400, "invalid"],
      [{ ...meeting("x"), start: { dateTime: "2026-01-05T09:00:00" } }, 400, "required"],
      [{ ...meeting("x"), start: { dateTime: "2026-01-05T09:00:00", timeZone: "W. Europe Standard Time" } }, 400, "invalid"],
      [meeting("x", 9, { recurrence: ["DTSTART:20260105T090000Z"] }), 400, "invalid"],
      [meeting("x", 9, { recurrence: ["RRULE:FREQ=SOMETIMES"] }), 400, "invalid"],
      [{ ...meeting("x", 9, { recurrence: ["RRULE:FREQ=DAILY"] }), start: { dateTime: "2026-01-05T09:00:00Z" } }, 400, "required"],
      [meeting("x", 9, { eventType: "fromGmail" }), 400, "eventTypeRestriction"],
      [meeting("x", 9, { eventType: "outOfOffice" }), 400, "eventTypeRestriction"],
      [meeting("x", 9, { attendees: [{ email: "nobody" }] }), 400, "invalid"],
      [meeting("x", 9, { status: "maybe" }), 400, "invalid"],
    ];
    for (const [body, status, reason] of cases) expect([body, ...reasonOf(await run.api("POST", path, { body }))]).toEqual([body, status, reason]);
    // The description sees one of them by itself: a time with neither offset nor zone.
    expect(run.expectProblems()).toEqual(run.checker ? ["calendar.events.insert: request.start.dateTime: not of the format date-time"] : []);
  });

  test("event types carry their own properties and keep their type", async () => {
    const primary = "calendars/primary/events";
    const away = await run.api("POST", primary, { body: meeting("away", 9, { eventType: "outOfOffice", outOfOfficeProperties: { autoDeclineMode: "declineNone" } }) });
    expect([away.status, away.body.eventType]).toEqual([200, "outOfOffice"]);
    expect(reasonOf(await run.api("PATCH", `${primary}/${away.body.id}`, { body: { eventType: "default" } }))).toEqual([400, "eventTypeRestriction"]);
    const place = { eventType: "workingLocation", visibility: "public", transparency: "transparent", workingLocationProperties: { type: "homeOffice", homeOffice: {} } };
    expect((await run.api("POST", primary, { body: meeting("home", 9, place) })).status).toBe(200);
    expect((await run.api("POST", primary, { body: meeting("home", 9, { ...place, visibility: "private" }) })).status).toBe(400);
    const birthday = { summary: "b", start: { date: "2026-01-07" }, end: { date: "2026-01-08" }, recurrence: ["RRULE:FREQ=YEARLY"], eventType: "birthday", visibility: "private", transparency: "transparent" };
    expect((await run.api("POST", primary, { body: birthday })).status).toBe(200);
    const listed = await run.api("GET", `${primary}?eventTypes=birthday&eventTypes=outOfOffice`);
    expect(listed.body.items.map((item: { eventType: string }) => item.eventType).sort()).toEqual(["birthday", "outOfOffice"]);
  });

  test("If-Match guards every write, and a patch merges objects and replaces arrays", async () => {
    const created = (await run.api("POST", path, { body: meeting("x", 9, { extendedProperties: { private: { a: "1", b: "2" } }, attendees: [{ email: bob }, { email: "z@z.test" }] }) })).body;
    const stale = { headers: { "if-match": '"1"' } };
    for (const [method, body] of [["PATCH", {}], ["PUT", meeting("y")], ["DELETE", undefined]] as const) {
      expect(reasonOf(await run.api(method, `${path}/${created.id}`, { ...stale, body }))).toEqual([412, "conditionNotMet"]);
    }
    const body = { extendedProperties: { private: { b: null, c: "3" } }, attendees: [{ email: bob }] };
    const patched = (await run.api("PATCH", `${path}/${created.id}`, { headers: { "if-match": created.etag }, body })).body;
    expect(patched).toMatchObject({ summary: "x", extendedProperties: { private: { a: "1", c: "3" } }, attendees: [{ email: bob }] });
    expect(patched.etag).not.toBe(created.etag);
    const all = await run.api("GET", `${path}?privateExtendedProperty=c%3D3`);
    expect(all.body.items).toHaveLength(1);
    expect((await run.api("DELETE", `${path}/${created.id}`, { headers: { "if-match": patched.etag } })).status).toBe(204);
    expect(reasonOf(await run.api("DELETE", `${path}/${created.id}`))).toEqual([410, "deleted"]);
    expect((await run.api("GET", `${path}/${created.id}`)).body.status).toBe("cancelled");
  });

  test("writing a cut list of attendees back removes nobody if it says so", async () => {
    const attendees = [{ email: ada }, { email: bob }, { email: "z@z.test" }];
    const { body } = await run.api("POST", "calendars/primary/events", { body: meeting("x", 9, { attendees }) });
    const cut = (await run.api("GET", `calendars/primary/events/${body.id}?maxAttendees=1`)).body;
    expect([cut.attendeesOmitted, cut.attendees.length]).toEqual([true, 1]);
    const answer = { attendees: [{ email: ada, responseStatus: "accepted" }], attendeesOmitted: true };
    const kept = (await run.api("PATCH", `calendars/primary/events/${body.id}`, { body: answer })).body;
    expect(kept.attendees.map((one: { responseStatus: string }) => one.responseStatus)).toEqual(["accepted", "needsAction", "needsAction"]);
  });

  test("mail is sent as sendUpdates says", async () => {
    const before = run.sandbox.mail.length;
    const body = meeting("x", 9, { attendees: [{ email: bob }, { email: "out@else.test" }] });
    await run.api("POST", path, { body });
    expect(run.sandbox.mail).toHaveLength(before);
    const { id } = (await run.api("POST", `${path}?sendUpdates=externalOnly`, { body })).body;
    await run.api("PATCH", `${path}/${id}?sendUpdates=all`, { body: { attendees: [{ email: bob }] } });
    await run.api("DELETE", `${path}/${id}?sendUpdates=all`);
    expect(run.sandbox.mail.slice(before).map(({ to, about }) => `${to} ${about}`)).toEqual([
      "out@else.test invitation",
      `${bob} update`,
      "out@else.test cancellation",
      `${bob} cancellation`,
    ]);
  });

  test("a conference is ignored without its version, pending when asked for, and there when read again", async () => {
    const conferenceData = { createRequest: { requestId: "r1", conferenceSolutionKey: { type: "hangoutsMeet" } } };
    expect((await run.api("POST", path, { body: meeting("x", 9, { conferenceData }) })).body).not.toHaveProperty("conferenceData");
    const created = (await run.api("POST", `${path}?conferenceDataVersion=1`, { body: meeting("x", 9, { conferenceData }) })).body;
    expect(created.conferenceData.createRequest.status.statusCode).toBe("pending");
    const read = (await run.api("GET", `${path}/${created.id}`)).body;
    expect([read.conferenceData.createRequest.status.statusCode, read.conferenceData.entryPoints[0].uri]).toEqual(["success", read.hangoutLink]);
    expect((await run.api("PATCH", `${path}/${created.id}`, { body: { summary: "y" } })).body.conferenceData).toEqual(read.conferenceData);
    expect((await run.api("PUT", `${path}/${created.id}`, { body: meeting("z") })).body).not.toHaveProperty("conferenceData");
  });
});

describe("series", () => {
  test("instances, exceptions and skipped instances", async () => {
    const master = (await run.api("POST", path, { body: weekly() })).body;
    const instances = (await run.api("GET", `${path}/${master.id}/instances`)).body.items;
    expect(instances.map((item: { id: string }) => item.id)).toEqual(["20260105", "20260112", "20260119", "20260126"].map((date) => `${master.id}_${date}T090000Z`));
    expect(instances[1]).toMatchObject({ recurringEventId: master.id, originalStartTime: { dateTime: "2026-01-12T10:00:00+01:00", timeZone: "Europe/Berlin" }, iCalUID: master.iCalUID });
    const moved = (await run.api("PATCH", `${path}/${instances[1].id}`, { body: { start: { dateTime: "2026-01-13T08:00:00+01:00" }, end: { dateTime: "2026-01-13T09:00:00+01:00" } } })).body;
    expect(moved.originalStartTime.dateTime).toBe("2026-01-12T10:00:00+01:00");
    expect((await run.api("DELETE", `${path}/${instances[2].id}`)).status).toBe(204);
    const masters = (await run.api("GET", path)).body.items;
    expect(masters.map((item: { id: string; status: string }) => [item.id, item.status])).toEqual([[master.id, "confirmed"], [moved.id, "confirmed"], [instances[2].id, "cancelled"]]);
    expect(masters[2]).toEqual({ kind: "calendar#event", etag: expect.any(String), id: instances[2].id, status: "cancelled", recurringEventId: master.id, originalStartTime: { dateTime: "2026-01-19T10:00:00+01:00", timeZone: "Europe/Berlin" } });
    const single = (await run.api("GET", `${path}?singleEvents=true&orderBy=startTime`)).body.items;
    expect(single.map((item: { start: { dateTime: string } }) => item.start.dateTime.slice(0, 10))).toEqual(["2026-01-05", "2026-01-13", "2026-01-26"]);
  });

  test("a series that moves takes its exceptions along; a deleted one leaves ids", async () => {
    const master = calendar.insert(weekly());
    calendar.patch(`${master.id}_20260112T090000Z`, { summary: "own" });
    const { nextSyncToken } = (await run.api("GET", path)).body;
    calendar.patch(master.id, { start: { dateTime: "2026-01-05T12:00:00+01:00" }, end: { dateTime: "2026-01-05T13:00:00+01:00" } });
    const delta = (await run.api("GET", `${path}?syncToken=${encodeURIComponent(nextSyncToken)}`)).body;
    expect(delta.items.map((item: { id: string; status: string }) => [item.id, item.status])).toEqual([[master.id, "confirmed"], [`${master.id}_20260112T090000Z`, "cancelled"]]);
    expect(delta.items[1]).not.toHaveProperty("recurringEventId");
    calendar.delete(master.id);
    const gone = (await run.api("GET", `${path}?syncToken=${encodeURIComponent(delta.nextSyncToken)}`)).body;
    expect(gone.items.map((item: { id: string }) => item.id)).toEqual([master.id]);
    expect((await run.api("GET", path)).body.items).toEqual([]);
  });

  test("who syncs instances hears of those that a shorter rule took away", async () => {
    const master = calendar.insert(weekly());
    const { nextSyncToken } = (await run.api("GET", `${path}?singleEvents=true`)).body;
    calendar.patch(master.id, { recurrence: ["RRULE:FREQ=WEEKLY;COUNT=2"] });
    const delta = (await run.api("GET", `${path}?singleEvents=true&syncToken=${encodeURIComponent(nextSyncToken)}`)).body.items;
    const byStatus = (status: string): string[] => delta.filter((item: { status: string }) => item.status === status).map((item: { id: string }) => item.id.slice(-16, -8));
    expect([byStatus("confirmed"), byStatus("cancelled")]).toEqual([["20260105", "20260112"], ["20260119", "20260126"]]);
  });

  test("all-day series name their instances by date", async () => {
    const { body } = await run.api("POST", path, { body: { summary: "d", start: { date: "2026-03-28" }, end: { date: "2026-03-30" }, recurrence: ["RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2", "EXDATE;VALUE=DATE:20260328"] } });
    const { items } = (await run.api("GET", `${path}/${body.id}/instances`)).body;
    expect(items).toMatchObject([{ id: `${body.id}_20260330`, start: { date: "2026-03-30" }, end: { date: "2026-04-01" }, originalStartTime: { date: "2026-03-30" } }]);
  });
});

describe("invitations", () => {
  test("appear in the guest's calendar, answers come back, and a guest cannot move them", async () => {
    const { id } = (await run.api("POST", "calendars/primary/events", { body: meeting("talk", 9, { attendees: [{ email: bob }], extendedProperties: { private: { p: "1" }, shared: { s: "1" } } }) })).body;
    const own = `calendars/primary/events/${id}`;
    const copy = (await run.api("GET", own, { user: bob })).body;
    expect(copy).toMatchObject({ id, organizer: { email: ada }, attendees: [{ email: bob, self: true, responseStatus: "needsAction" }], extendedProperties: { shared: { s: "1" } } });
    expect(copy.extendedProperties).not.toHaveProperty("private");
    const answered = await run.api("PATCH", own, { user: bob, body: { attendees: [{ email: bob, responseStatus: "declined" }] } });
    expect(answered.status).toBe(200);
    expect((await run.api("GET", own)).body.attendees).toMatchObject([{ email: bob, responseStatus: "declined" }]);
    expect(reasonOf(await run.api("PATCH", own, { user: bob, body: { start: { dateTime: "2026-01-05T15:00:00Z" }, end: { dateTime: "2026-01-05T16:00:00Z" } } }))).toEqual([403, "forbiddenForNonOrganizer"]);
    await run.api("DELETE", own);
    expect((await run.api("GET", own, { user: bob })).body.status).toBe("cancelled");
  });
});
