import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ada, meeting, startGoogleRun, type GoogleRun } from "./google-run.ts";

let run: GoogleRun;
beforeAll(async () => {
  run = await startGoogleRun();
});
afterAll(() => run.close());

const events = "calendars/primary/events";

describe("listing and sync tokens", () => {
  test("a full listing in pages ends in a token, the token gives what changed since it began", async () => {
    const calendar = run.sandbox.user(ada).createCalendar("pages@group.calendar.google.com");
    for (let number = 0; number < 5; number++) calendar.insert(meeting(`m${number}`));
    const list = `calendars/${encodeURIComponent(calendar.id)}/events?maxResults=2`;
    const first = await run.api("GET", list);
    expect([first.body.items.length, first.body.nextSyncToken]).toEqual([2, undefined]);
    // What changes while the client pages is told again by the token.
    calendar.patch(first.body.items[0].id, { summary: "changed meanwhile" });
    calendar.insert(meeting("new meanwhile"));
    const second = await run.api("GET", `${list}&pageToken=${first.body.nextPageToken}`);
    const third = await run.api("GET", `${list}&pageToken=${second.body.nextPageToken}`);
    expect(third.body.nextPageToken).toBeUndefined();
    const delta = await run.api("GET", `${list}&syncToken=${encodeURIComponent(third.body.nextSyncToken)}`);
    expect(delta.body.items.map((item: { summary: string }) => item.summary)).toEqual(["changed meanwhile", "new meanwhile"]);
    const quiet = await run.api("GET", `${list}&syncToken=${encodeURIComponent(delta.body.nextSyncToken)}`);
    expect(quiet.body.items).toEqual([]);
    calendar.delete(first.body.items[0].id);
    const gone = await run.api("GET", `${list}&syncToken=${encodeURIComponent(quiet.body.nextSyncToken)}`);
    expect(gone.body.items).toEqual([{ kind: "calendar#event", etag: expect.any(String), id: first.body.items[0].id, status: "cancelled" }]);
  });

  test("parameters that a sync token forbids are refused", async () => {
    const { body } = await run.api("GET", events);
    const token = encodeURIComponent(body.nextSyncToken);
    for (const bad of ["timeMin=2026-01-01T00:00:00Z", "q=x", "orderBy=updated", "iCalUID=x", "updatedMin=2026-01-01T00:00:00Z", "privateExtendedProperty=a%3Db", "showDeleted=false", "singleEvents=true"]) {
      expect([bad, (await run.api("GET", `${events}?syncToken=${token}&${bad}`)).status]).toEqual([bad, 400]);
    }
    expect((await run.api("GET", `${events}?syncToken=${token}&showDeleted=true&maxResults=7`)).status).toBe(200);
    expect((await run.api("GET", `${events}?syncToken=nonsense`)).status).toBe(400);
  });

  test("a sync token dies by age and by script, with 410", async () => {
    const { body } = await run.api("GET", events);
    run.sandbox.features.syncTokenMs = 86_400_000;
    run.clock.advance(86_400_001);
    const old = await run.api("GET", `${events}?syncToken=${encodeURIComponent(body.nextSyncToken)}`, { token: run.sandbox.user(ada).grant(["https://www.googleapis.com/auth/calendar"]).accessToken });
    expect([old.status, old.body.error.errors[0]]).toMatchObject([410, { domain: "calendar", reason: "fullSyncRequired" }]);
    run.sandbox.features.syncTokenMs = Number.POSITIVE_INFINITY;
  });
});
