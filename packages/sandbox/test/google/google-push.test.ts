import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ada, meeting, startGoogleRun, type GoogleRun } from "./google-run.ts";

let run: GoogleRun;
let hook: Server;
let address: string;
let heard: IncomingHttpHeaders[];
let status: number;
beforeEach(async () => {
  run = await startGoogleRun();
  heard = [];
  status = 200;
  hook = createServer((request, response) => {
    heard.push({ ...request.headers, method: request.method });
    request.resume();
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  await run.close();
  hook.closeAllConnections();
  await new Promise((resolve) => hook.close(resolve));
});

const watch = (change: Record<string, unknown> = {}): ReturnType<GoogleRun["api"]> =>
  run.api("POST", "calendars/primary/events/watch", { body: { id: "channel-1", type: "web_hook", address, token: "secret-1", ...change } });
const calendar = (): ReturnType<ReturnType<GoogleRun["sandbox"]["user"]>["calendar"]> => run.sandbox.user(ada).calendar();

describe("watch channels", () => {
  test("say sync, then exists after every change, with growing numbers, until they are stopped", async () => {
    const { body } = await watch();
    expect(body).toEqual({ kind: "api#channel", id: "channel-1", resourceId: expect.any(String), resourceUri: expect.stringContaining("/events?alt=json"), token: "secret-1", expiration: String(run.clock.now() + 604_800_000) });
    calendar().insert(meeting("one"));
    calendar().insert(meeting("two", 12));
    await run.sandbox.notifications.settled();
    const sorted = heard.toSorted((left, right) => Number(left["x-goog-message-number"]) - Number(right["x-goog-message-number"]));
    expect(sorted.map((headers) => headers["x-goog-resource-state"])).toEqual(["sync", "exists", "exists"]);
    expect(sorted[0]).toMatchObject({
      ...{ method: "POST", "x-goog-channel-id": "channel-1", "x-goog-channel-token": "secret-1", "x-goog-message-number": "1", "content-length": "0" },
      ...{ "x-goog-resource-id": body.resourceId, "x-goog-resource-uri": body.resourceUri, "x-goog-channel-expiration": new Date(Number(body.expiration)).toUTCString() },
    });
    expect(Number(sorted[2]?.["x-goog-message-number"])).toBeGreaterThan(Number(sorted[1]?.["x-goog-message-number"]));
    expect(run.sandbox.channels()).toMatchObject([{ id: "channel-1", address, user: ada }]);
    expect((await run.api("POST", "channels/stop", { body: { id: "channel-1", resourceId: "other" } })).status).toBe(404);
    expect((await run.api("POST", "channels/stop", { body: { id: "channel-1", resourceId: body.resourceId } })).status).toBe(204);
    calendar().insert(meeting("three", 14));
    await run.sandbox.notifications.settled();
    expect([heard.length, run.sandbox.channels()]).toEqual([3, []]);
  });

  test("refuse a used id, an id that is too long, plain http elsewhere and another type", async () => {
    await watch();
    const reason = async (change: Record<string, unknown>): Promise<string> => (await watch(change)).body.error.errors[0].reason;
    expect(await reason({})).toBe("channelIdNotUnique");
    expect(await reason({ id: "x".repeat(65) })).toBe("channelIdInvalid");
    expect(await reason({ id: "c2", address: "http://hooks.example/" })).toBe("push.webhookUrlNotHttps");
    expect(await reason({ id: "c2", type: "mail" })).toBe("unknownChannelType");
  });

  test("end by their time, and may watch the list of calendars", async () => {
    await watch({ params: { ttl: "60" } });
    const { body } = await run.api("POST", "users/me/calendarList/watch", { body: { id: "list-1", type: "web_hook", address } });
    expect(run.sandbox.channels()).toHaveLength(2);
    run.clock.advance(60_000);
    run.sandbox.user(ada).createCalendar("new@group.calendar.google.com");
    calendar().insert(meeting("late"));
    await run.sandbox.notifications.settled();
    expect(heard.filter((headers) => headers["x-goog-resource-state"] === "exists").map((headers) => headers["x-goog-resource-id"])).toEqual([body.resourceId]);
    expect(run.sandbox.channels().map((channel) => channel.id)).toEqual(["list-1"]);
  });

  test("messages are lost, late and doubled as the script says, and sent again after a 503", async () => {
    await watch();
    await run.sandbox.notifications.settled();
    const after = async (): Promise<number> => {
      await run.sandbox.notifications.settled();
      return heard.splice(0).length;
    };
    expect(await after()).toBe(1);
    run.sandbox.notifications.next({ lose: true });
    calendar().insert(meeting("lost"));
    expect(await after()).toBe(0);
    run.sandbox.notifications.next({ copies: 3 });
    calendar().insert(meeting("thrice"));
    expect(await after()).toBe(3);
    run.sandbox.notifications.next({ delayMs: 5_000 });
    calendar().insert(meeting("late"));
    expect(await after()).toBe(0);
    run.clock.advance(5_000);
    expect(await after()).toBe(1);
    status = 503;
    calendar().insert(meeting("again"));
    expect(await after()).toBe(1);
    status = 200;
    run.clock.advance(1_000);
    expect(await after()).toBe(1);
  });
});
