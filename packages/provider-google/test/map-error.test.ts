import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { KalendsError } from "@kalends/model";
import { credential, pullPass, scriptedGoogle, type ScriptedAnswer } from "./scripted-google.ts";

const refusal = (status: number, reason: string, headers: Record<string, string> = {}): ScriptedAnswer => ({
  status,
  headers,
  json: { error: { code: status, message: "canary text of Google", errors: [{ domain: "global", reason, message: "canary" }] } },
});

async function errorOf(answer: ScriptedAnswer): Promise<KalendsError> {
  const thrown: unknown = await pullPass(scriptedGoogle(() => answer).provider).catch((error: unknown) => error);
  if (!(thrown instanceof KalendsError)) throw new Error("No typed error was thrown");
  expect(inspect(thrown, { depth: 9 })).not.toContain("canary");
  return thrown;
}

describe("what a refusal means", () => {
  test.each([
    [401, "authError", "auth-failed", "auth"],
    [403, "rateLimitExceeded", "rate-limited", "rate-limited"],
    [403, "userRateLimitExceeded", "rate-limited", "rate-limited"],
    [403, "quotaExceeded", "rate-limited", "rate-limited"],
    [403, "dailyLimitExceeded", "rate-limited", "rate-limited"],
    [403, "accountDisabled", "grant-revoked", "auth"],
    [403, "accountDeleted", "grant-revoked", "auth"],
    [403, "accountUnverified", "permission-denied", "permanent"],
    [403, "domainPolicy", "permission-denied", "permanent"],
    [403, "forbidden", "permission-denied", "permanent"],
    [403, "forbiddenForNonOrganizer", "permission-denied", "permanent"],
    [403, "insufficientPermissions", "scope-missing", "invalid-state"],
    [403, "accessNotConfigured", "permission-denied", "permanent"],
    [404, "notFound", "calendar-gone", "invalid-state"],
    [410, "updatedMinTooLongAgo", "calendar-gone", "invalid-state"],
    [408, "", "network-timeout", "transient"],
    [429, "rateLimitExceeded", "rate-limited", "rate-limited"],
    [500, "backendError", "server-error", "transient"],
    [503, "", "server-error", "transient"],
    [418, "", "answer-invalid", "transient"],
    [302, "", "redirect-refused", "permanent"],
  ])("%i %s is %s (%s)", async (status, reason, code, failure) => {
    expect(await errorOf(refusal(status, reason))).toMatchObject({ code, failure });
  });

  test("a Retry-After is a floor; usage limits last an hour; without a word the pause grows", async () => {
    expect(await errorOf(refusal(429, "rateLimitExceeded", { "retry-after": "17" }))).toMatchObject({ retryAfterMs: 17_000 });
    expect(await errorOf(refusal(503, "", { "retry-after": "5" }))).toMatchObject({ code: "rate-limited", retryAfterMs: 5_000 });
    expect(await errorOf(refusal(403, "quotaExceeded"))).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(await errorOf(refusal(403, "userRateLimitExceeded"))).toMatchObject({ retryAfterMs: 1_000 });
    expect((await errorOf(refusal(429, "", { "retry-after": "315360000" }))).retryAfterMs).toBe(24 * 3_600_000);
  });

  test("what is no error body is judged by its status", async () => {
    for (const text of ["", "null", "[]", "{", '{"error":"x"}', '{"error":{"errors":{}}}', '{"error":{"errors":[1]}}', "<html>"]) {
      expect(await errorOf({ status: 403, text })).toMatchObject({ code: "permission-denied" });
    }
  });

  test("the calendar list that is refused says nothing about calendars", async () => {
    const { provider } = scriptedGoogle(() => refusal(404, "notFound"));
    await expect(provider.listCalendars({ endpoint: {}, credential: credential() })).rejects.toMatchObject({ code: "answer-invalid" });
  });

  test("a calendar list is complete, or it throws", async () => {
    const list = (pages: unknown[]): ReturnType<typeof scriptedGoogle> => scriptedGoogle(({ query }) => ({ json: pages[Number(query.get("pageToken") ?? 0)] }));
    const entry = (id: string): object => ({ id, summary: id, accessRole: "owner" });
    const access = { endpoint: {}, credential: credential() };
    expect(await list([{ items: [entry("a")], nextPageToken: "1" }, { items: [entry("b"), { ...entry("c"), deleted: true }] }]).provider.listCalendars(access)).toMatchObject([{ remoteKey: "a" }, { remoteKey: "b" }]);
    expect(await list([{ items: [entry("a")], nextPageToken: "1" }, {}]).provider.listCalendars(access)).toMatchObject([{ remoteKey: "a" }]);
    for (const pages of [[{}], [{ items: {} }], [{ items: [{}] }], [{ items: ["x"] }], [{ items: [entry("a")], nextPageToken: "1" }, { items: {} }], [{ items: [entry("a")], nextPageToken: "1" }, { items: [], nextPageToken: "1" }]]) {
      await expect(list(pages).provider.listCalendars(access)).rejects.toMatchObject({ code: "answer-invalid" });
    }
  });
});
