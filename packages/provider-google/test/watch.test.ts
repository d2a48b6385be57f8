import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret, type InboundNotification } from "@kalends/model";
import { ada, openGoogleHarness, type GoogleHarness } from "./google-harness.ts";
import { credential, scriptedGoogle } from "./scripted-google.ts";

const received: InboundNotification[] = [];
let harness: GoogleHarness;

beforeAll(async () => {
  harness = await openGoogleHarness({
    send: async (notification) => {
      received.push({ method: "POST", headers: new Map(Object.entries(notification.headers).map(([name, value]) => [name.toLowerCase(), String(value)])), query: new Map(), body: new Uint8Array() });
      return 200;
    },
  });
});
afterAll(async () => {
  await harness.close();
  expect(harness.checker?.problems ?? []).toEqual([]);
});

const calendar = { remoteKey: ada, hints: {} };
const request = (channelId: string): { channelId: string; token: Secret; address: string; expiresAt: number } => ({
  ...{ channelId, token: new Secret("token-canary"), address: "https://app.example.test/hook" },
  expiresAt: Date.now() + 3_600_000,
});

describe("watch channels on the sandbox", () => {
  test("a channel is opened, tells of changes, and is stopped; stopping it again is a success", async () => {
    const { provider, access, sandbox } = harness;
    const opened = await provider.watchCalendar?.(access, { ...request("channel-1"), calendar });
    expect(opened?.resource).toMatch(/./);
    expect(opened?.expiresAt).toBeGreaterThan(Date.now());
    sandbox.user(ada).calendar().insert({ summary: "News", start: { dateTime: "2026-12-01T09:00:00Z" }, end: { dateTime: "2026-12-01T10:00:00Z" } });
    await sandbox.notifications.settled();
    const readings = received.map((notification) => provider.readNotification?.(notification));
    expect(readings.map((reading) => (reading?.kind === "hints" ? reading.hints.map(({ event, channelId, resource }) => [event, channelId, resource]) : reading))).toEqual([
      [["opened", "channel-1", opened?.resource]],
      [["changed", "channel-1", opened?.resource]],
    ]);
    const [first] = readings;
    expect(first?.kind === "hints" ? first.hints[0]?.token.reveal() : null).toBe("token-canary");
    const stop = { channelId: "channel-1", resource: opened?.resource ?? "" };
    await provider.unwatch?.(access, stop);
    expect(sandbox.channels()).toEqual([]);
    await provider.unwatch?.(access, stop);
  });

  test("the list of calendars can be watched as well", async () => {
    const { provider, access, sandbox } = harness;
    const opened = await provider.watchCalendarList?.(access, request("channel-2"));
    expect(sandbox.channels()).toHaveLength(1);
    await provider.unwatch?.(access, { channelId: "channel-2", resource: opened?.resource ?? "" });
  });
});

describe("answers to a watch", () => {
  const watch = (json: unknown, status = 200): Promise<unknown> =>
    scriptedGoogle(() => ({ status, json })).provider.watchCalendar?.({ endpoint: {}, credential: credential() }, { ...request("c"), calendar, expiresAt: Date.parse("2026-12-01T00:00:00Z") }) ?? Promise.resolve();

  test("without an end it lasts as long as was asked for; one that is over or has no name is none", async () => {
    expect(await watch({ resourceId: "r" })).toEqual({ resource: "r", expiresAt: Date.parse("2026-12-01T00:00:00Z") });
    expect(await watch({ resourceId: "r", expiration: "1796083200000" })).toEqual({ resource: "r", expiresAt: 1_796_083_200_000 });
    for (const bad of [{}, { resourceId: "r", expiration: "1000" }, { resourceId: "r", expiration: "soon" }, { expiration: "1796083200000" }]) await expect(watch(bad)).rejects.toMatchObject({ code: "answer-invalid" });
  });

  test("a calendar that cannot be watched is permission-denied, for good", async () => {
    await expect(watch({ error: { errors: [{ reason: "pushNotSupportedForRequestedResource" }] } }, 400)).rejects.toMatchObject({ code: "permission-denied", failure: "permanent" });
  });
});

describe("a notification", () => {
  const read = (headers: Record<string, string>, method = "POST"): unknown =>
    scriptedGoogle(() => ({})).provider.readNotification?.({ method, headers: new Map(Object.entries(headers)), query: new Map(), body: new Uint8Array() });
  const good = { "x-goog-channel-id": "c", "x-goog-resource-state": "exists", "x-goog-channel-token": "t", "x-goog-resource-id": "r" };

  test("is its headers", () => {
    expect(read(good)).toMatchObject({ kind: "hints", hints: [{ channelId: "c", resource: "r", event: "changed" }] });
    expect(read({ ...good, "x-goog-resource-state": "not_exists" })).toMatchObject({ hints: [{ event: "changed" }] });
    expect(read({ ...good, "x-goog-resource-state": "sync" })).toMatchObject({ hints: [{ event: "opened" }] });
  });

  test("of another kind is malformed", () => {
    for (const headers of [{}, { ...good, "x-goog-channel-id": "" }, { ...good, "x-goog-resource-state": "exists, sync" }]) expect(read(headers)).toEqual({ kind: "malformed" });
    expect(read(good, "GET")).toEqual({ kind: "malformed" });
  });
});
