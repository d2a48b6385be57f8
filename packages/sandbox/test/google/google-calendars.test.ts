import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ada, bob, meeting, startGoogleRun, type GoogleRun } from "./google-run.ts";

let run: GoogleRun;
beforeAll(async () => {
  run = await startGoogleRun();
});
afterAll(() => run.close());

const list = "users/me/calendarList";

describe("calendar list", () => {
  test("is synced like events: new, renamed, hidden and gone", async () => {
    const first = (await run.api("GET", list)).body;
    expect(first.items).toMatchObject([{ id: ada, primary: true, accessRole: "owner", timeZone: "Europe/Berlin" }]);
    const team = run.sandbox.user(bob).createCalendar("team@group.calendar.google.com", { summary: "Team" });
    run.sandbox.user(ada).share(team, "reader");
    const shared = (await run.api("GET", `${list}?syncToken=${encodeURIComponent(first.nextSyncToken)}`)).body;
    expect(shared.items).toMatchObject([{ id: team.id, summary: "Team", accessRole: "reader" }]);
    team.rename("Team B");
    await run.api("PATCH", `${list}/${encodeURIComponent(team.id)}`, { body: { hidden: true, summaryOverride: "Ours" } });
    const changed = (await run.api("GET", `${list}?syncToken=${encodeURIComponent(shared.nextSyncToken)}`)).body;
    expect(changed.items).toMatchObject([{ id: team.id, summary: "Team B", summaryOverride: "Ours", hidden: true }]);
    expect((await run.api("GET", list)).body.items).toHaveLength(1);
    expect((await run.api("GET", `${list}?showHidden=true`)).body.items).toHaveLength(2);
    run.sandbox.user(ada).share(team, null);
    const gone = (await run.api("GET", `${list}?syncToken=${encodeURIComponent(changed.nextSyncToken)}`)).body;
    expect(gone.items).toEqual([{ kind: "calendar#calendarListEntry", etag: expect.any(String), id: team.id, deleted: true }]);
    for (const bad of ["minAccessRole=owner", "showOwnOrganizationOnly=true", "showDeleted=false", "showHidden=false"]) {
      expect([bad, (await run.api("GET", `${list}?syncToken=${encodeURIComponent(gone.nextSyncToken)}&${bad}`)).status]).toEqual([bad, 400]);
    }
    run.sandbox.user(ada).expireListTokens();
    expect((await run.api("GET", `${list}?syncToken=${encodeURIComponent(gone.nextSyncToken)}`)).status).toBe(410);
  });

  test("calendars are made, renamed, read with their rights, and deleted", async () => {
    const made = (await run.api("POST", "calendars", { body: { summary: "Side", timeZone: "Asia/Tokyo" } })).body;
    const path = `calendars/${encodeURIComponent(made.id)}`;
    expect((await run.api("PATCH", path, { body: { summary: "Aside" } })).body).toMatchObject({ summary: "Aside", timeZone: "Asia/Tokyo" });
    expect((await run.api("GET", path, { user: bob })).status).toBe(404);
    const side = run.sandbox.user(ada).calendar(made.id);
    side.insert(meeting("open"));
    side.insert(meeting("secret", 12, { visibility: "private" }));
    run.sandbox.user(bob).share(side, "reader");
    const read = (await run.api("GET", `${path}/events`, { user: bob })).body.items;
    expect(read.map((item: { summary?: string }) => item.summary)).toEqual(["open", undefined]);
    run.sandbox.user(bob).share(side, "freeBusyReader");
    expect((await run.api("GET", `${path}/events`, { user: bob })).body.items.every((item: { summary?: string }) => item.summary === undefined)).toBe(true);
    expect((await run.api("POST", `${path}/events`, { user: bob, body: meeting("no") })).body.error.errors[0].reason).toBe("requiredAccessLevel");
    expect((await run.api("DELETE", path)).status).toBe(204);
    expect((await run.api("GET", `${path}/events`)).status).toBe(404);
    expect((await run.api("GET", "users/me/settings/timezone")).body.value).toBe("Europe/Berlin");
    expect(Object.keys((await run.api("GET", "colors")).body.event)).toHaveLength(11);
  });
});

test("free-busy merges what blocks, knows 50 calendars, and answers unknown ones inside a 200", async () => {
  const calendar = run.sandbox.user(ada).calendar();
  calendar.insert(meeting("a", 10, { recurrence: ["RRULE:FREQ=DAILY;COUNT=2"] }));
  calendar.insert({ summary: "b", start: { dateTime: "2026-01-05T10:30:00+01:00" }, end: { dateTime: "2026-01-05T12:00:00+01:00" } });
  calendar.insert(meeting("free", 15, { transparency: "transparent" }));
  calendar.insert(meeting("declined", 17, { attendees: [{ email: ada, responseStatus: "declined" }] }));
  const range = { timeMin: "2026-01-05T00:00:00Z", timeMax: "2026-01-07T00:00:00Z" };
  const items = [{ id: "primary" }, { id: "nobody@example.test" }, ...Array.from({ length: 49 }, (_, index) => ({ id: `x${index}@example.test` }))];
  const { body } = await run.api("POST", "freeBusy", { body: { ...range, items, timeZone: "Europe/Berlin" } });
  expect(body.calendars.primary.busy).toEqual([
    { start: "2026-01-05T10:00:00+01:00", end: "2026-01-05T12:00:00+01:00" },
    { start: "2026-01-06T10:00:00+01:00", end: "2026-01-06T11:00:00+01:00" },
  ]);
  expect(body.calendars["nobody@example.test"].errors).toEqual([{ domain: "global", reason: "notFound" }]);
  expect(body.calendars["x48@example.test"].errors[0].reason).toBe("tooManyCalendarsRequested");
  expect((await run.api("POST", "freeBusy", { body: { timeMin: "2026-01-01T00:00:00Z", timeMax: "2027-01-01T00:00:00Z", items } })).body.error.errors[0].reason).toBe("timeRangeTooLong");
});

test("a field mask really cuts, also the tokens, and one that cannot be read is refused", async () => {
  const { body } = await run.api("GET", "calendars/primary/events?fields=items(id,start/dateTime)");
  expect(Object.keys(body)).toEqual(["items"]);
  for (const item of body.items) expect(Object.keys(item).filter((key) => key !== "id" && key !== "start")).toEqual([]);
  expect((await run.api("GET", "calendars/primary/events?fields=nextSyncToken,items/id")).body.nextSyncToken).toBeDefined();
  expect((await run.api("GET", "calendars/primary/events?fields=items(id")).status).toBe(400);
  expect(run.expectProblems()).toEqual(run.checker ? [expect.stringContaining("a parenthesis is not closed")] : []);
});

test("ragged pages lose nothing, and an expired page token says so", async () => {
  const calendar = run.sandbox.user(ada).createCalendar("ragged@group.calendar.google.com");
  for (let hour = 0; hour < 11; hour++) calendar.insert(meeting(`m${hour}`, hour));
  run.sandbox.features.pages = "ragged";
  const path = `calendars/${encodeURIComponent(calendar.id)}/events?maxResults=4`;
  const sizes: number[] = [];
  let token: string | undefined;
  do {
    const { body } = await run.api("GET", token === undefined ? path : `${path}&pageToken=${token}`);
    sizes.push(body.items.length);
    token = body.nextPageToken;
    expect(body.nextSyncToken === undefined).toBe(token !== undefined);
  } while (token !== undefined);
  expect(sizes).toEqual([0, 1, 2, 4, 0, 1, 2, 1]);
  run.sandbox.features.pages = "full";
  const { nextPageToken } = (await run.api("GET", path)).body;
  run.sandbox.expirePageTokens();
  const expired = await run.api("GET", `${path}&pageToken=${nextPageToken}`);
  expect([expired.status, expired.body.error.errors[0]]).toMatchObject([400, { location: "pageToken" }]);
});
