import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ada, bob, discoveryDocument, meeting, startGoogleRun, type GoogleRun } from "./google-run.ts";

let run: GoogleRun;
beforeEach(async () => {
  run = await startGoogleRun({ quota: { perProject: 8, perUser: 5 } });
});
afterEach(() => run.close());

const ask = (user: string): ReturnType<GoogleRun["api"]> => run.api("GET", "calendars/primary", { user });

describe("quotas", () => {
  test("slide by the minute, per user and per project, with 403 and 429 for the same", async () => {
    for (let number = 0; number < 5; number++) expect((await ask(ada)).status).toBe(200);
    const refused = [await ask(ada), await ask(ada)];
    expect(refused.map(({ status, body }) => [status, body.error.errors[0].domain, body.error.errors[0].reason])).toEqual([
      [403, "usageLimits", "userRateLimitExceeded"],
      [429, "usageLimits", "userRateLimitExceeded"],
    ]);
    expect(refused[1]?.headers.get("retry-after")).toBe("60");
    for (let number = 0; number < 3; number++) expect((await ask(bob)).status).toBe(200);
    expect((await ask(bob)).body.error.errors[0].reason).toBe("rateLimitExceeded");
    expect(run.sandbox.quota).toMatchObject({ requests: 11, refused: 3, insideRetryAfter: 0, peakPerMinute: 8 });
    run.clock.advance(30_000);
    await ask(ada);
    expect(run.sandbox.quota.insideRetryAfter).toBe(1);
    run.clock.advance(30_000);
    expect((await ask(ada)).status).toBe(200);
    expect([run.sandbox.quota.insideRetryAfter, run.sandbox.quota.byUser.get(ada)]).toEqual([1, 9]);
  });
});

describe("scripted faults", () => {
  test("meet requests by the method's name, and are told apart in the log", async () => {
    run.sandbox.faults.next({ report: "calendar.events.list", body: "<html>", headers: { "content-type": "text/html" } });
    expect((await ask(ada)).status).toBe(200);
    const headers = { authorization: `Bearer ${run.sandbox.user(ada).grant(["https://www.googleapis.com/auth/calendar"]).accessToken}` };
    const page = await fetch(`${run.sandbox.url}calendar/v3/calendars/primary/events`, { headers });
    expect([page.headers.get("content-type"), await page.text()]).toEqual(["text/html", "<html>"]);
    run.sandbox.faults.next({ method: "POST", cutAfterBytes: 0 });
    await expect(run.api("POST", "calendars/primary/events", { body: meeting("written all the same") })).rejects.toThrow();
    expect(run.sandbox.user(ada).calendar().size).toBe(1);
    expect(run.sandbox.requests.map(({ status, fault }) => [status, fault])).toEqual([[200, false], [200, true], [null, true]]);
  });
});

describe("the official description", () => {
  test("a planted wrong field, parameter, type, word and method each fail", async (context) => {
    if (discoveryDocument() === null) return context.skip("the shared folder is not here (KALENDS_SHARED names the folder)");
    const plant = async (call: () => Promise<unknown>): Promise<string> => {
      await call();
      return run.expectProblems().join("\n");
    };
    const events = "calendars/primary/events";
    expect(await plant(() => run.api("POST", events, { body: meeting("x", 9, { sumary: "typo" }) }))).toContain("request.sumary: unknown field");
    expect(await plant(() => run.api("POST", events, { body: meeting("x", 9, { sequence: "1" }) }))).toContain("request.sequence: string where integer belongs");
    expect(await plant(() => run.api("POST", events, { body: { summary: "x" } }))).toContain("request.start: missing");
    expect(await plant(() => run.api("GET", `${events}?single=true`))).toContain("query single: unknown parameter");
    expect(await plant(() => run.api("GET", `${events}?orderBy=title`))).toContain("query orderBy: none of");
    expect(await plant(() => run.api("GET", `${events}?maxResults=many`))).toContain("query maxResults: not a whole number");
    expect(await plant(() => run.api("GET", `${events}?fields=items(name)`))).toContain("the answer has no name there");
    expect(await plant(() => run.api("PUT", events))).toContain("no such method");
    run.sandbox.user(ada).calendar().plant({ id: "plantedanswer", start: { dateTime: "2026-01-05T09:00:00Z" }, end: { dateTime: "2026-01-05T10:00:00Z" }, colour: "red", locked: "yes" });
    run.sandbox.quota.reset();
    const problems = await plant(() => run.api("GET", events));
    expect(problems).toContain("response.items[1].colour: unknown field");
    expect(problems).toContain("response.items[1].locked: string where boolean belongs");
    expect(await plant(() => run.api("GET", `${events}?maxResults=3`))).toContain("colour");
  });
});
