import { describe, expect, test } from "vitest";
import { createHash } from "node:crypto";
import { notificationPath } from "@kalends/core";
import { KalendsError } from "@kalends/model";
import { memoryHeaders } from "@kalends/testing";
import { createServer } from "@kalends/server";
import { baseUrl, openStage, type Stage } from "./open-server.ts";

const token = "a".repeat(43);
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A stage with one calendar and an open channel for it. */
async function openWatched() {
  const stage = await openStage();
  stage.provider.calendar("/work/");
  const browser = stage.browser();
  const link = await browser.get(`${baseUrl}/connect/memory`);
  await browser.get(stage.provider.consent.allow(link.headers.get("location") ?? ""));
  const [connection] = await stage.organization.listConnections();
  const [calendar] = await stage.organization.listCalendars();
  const { watches, jobs } = stage.store.organization("org/1");
  const ids = { connectionId: connection?.id ?? "", calendarId: calendar?.id ?? "" };
  await watches.add({ id: "ch-1", ...ids, tokenDigest: digest(token), createdAt: 1, expiresAt: 9e15 });
  await watches.confirm("ch-1", { resource: "res-1", expiresAt: 9e15 });
  await jobs.cancel("sync-calendar", ids.calendarId);
  const queued = (): Promise<number | null> => jobs.dueAt("sync-calendar", ids.calendarId);
  return { ...stage, ...ids, watches, queued };
}

function message(over: Record<string, string | undefined> = {}): Record<string, string> {
  const headers = { [memoryHeaders.channel]: "ch-1", [memoryHeaders.token]: token, [memoryHeaders.resource]: "res-1", [memoryHeaders.event]: "changed", ...over };
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function post(stage: Pick<Stage, "server">, headers: Record<string, string>, init: RequestInit = {}, path = notificationPath("memory", "org/1")): Promise<Response> {
  return stage.server.handle(new Request(`${baseUrl}/notifications${path}`, { method: "POST", headers, ...init }));
}

async function whole(response: Response): Promise<unknown[]> {
  return [response.status, [...response.headers], await response.text()];
}

describe("notifications in", () => {
  test("a good one is 202 once a sync is queued", async () => {
    const stage = await openWatched();
    expect((await post(stage, message())).status).toBe(202);
    expect(await stage.queued()).toBe(stage.clock.now());
    expect((await stage.watches.find("ch-1"))?.notifiedAt).toBe(stage.clock.now());
    await stage.close();
  });

  test("the first one of a channel says only that it works", async () => {
    const stage = await openWatched();
    expect((await post(stage, message({ [memoryHeaders.event]: "opened" }))).status).toBe(202);
    expect(await stage.queued()).toBeNull();
    await stage.close();
  });

  test("one that ends the channel also asks for a new one", async () => {
    const stage = await openWatched();
    expect((await post(stage, message({ [memoryHeaders.event]: "ended" }))).status).toBe(202);
    expect(await stage.queued()).toBe(stage.clock.now());
    expect(await stage.store.organization("org/1").jobs.dueAt("watch-calendar", stage.calendarId)).toBe(stage.clock.now());
    expect(await stage.watches.find("ch-1")).toBeNull();
    await stage.close();
  });

  test("everything unknown or wrong gets one and the same answer, and nothing is queued", async () => {
    const stage = await openWatched();
    await stage.watches.add({ id: "ch-2", connectionId: stage.connectionId, calendarId: stage.calendarId, tokenDigest: digest(token), createdAt: 1, expiresAt: 9e15 });
    await stage.watches.close(["ch-2"]);
    const right = notificationPath("memory", "org/1");
    const wrong: [Record<string, string>, string][] = [
      [message({ [memoryHeaders.token]: "b".repeat(43) }), right],
      [message({ [memoryHeaders.token]: "" }), right],
      [message({ [memoryHeaders.token]: digest(token) }), right],
      [message({ [memoryHeaders.token]: `bad, ${token}` }), right],
      [message({ [memoryHeaders.token]: "a".repeat(60_000) }), right],
      [message({ [memoryHeaders.channel]: "unknown" }), right],
      [message({ [memoryHeaders.channel]: "x' OR '1'='1" }), right],
      [message({ [memoryHeaders.channel]: "c".repeat(10_000) }), right],
      [message({ [memoryHeaders.channel]: "ch-2" }), right],
      [message({ [memoryHeaders.resource]: "another" }), right],
      [message(), notificationPath("memory", "elsewhere")],
      [message(), notificationPath("unknown", "org/1")],
      [message(), "/memory/not*base64"],
      [message(), "/memory/b3JnLzE="],
      [message(), "/memory"],
    ];
    const answers = new Set<string>();
    for (const [headers, path] of wrong) answers.add(JSON.stringify(await whole(await post(stage, headers, {}, path))));
    expect([...answers].map((text) => (JSON.parse(text) as unknown[])[0])).toEqual([404]);
    expect(await stage.queued()).toBeNull();
    expect((await stage.watches.find("ch-1"))?.notifiedAt).toBeNull();
    expect(stage.logged.join("\n")).not.toContain(token);
    await stage.close();
  });

  test("what is no notification is told so, and what is too large is not read", async () => {
    const stage = await openWatched();
    expect((await post(stage, {})).status).toBe(400);
    expect((await post(stage, message({ [memoryHeaders.event]: "rumour" }))).status).toBe(400);
    expect((await stage.server.handle(new Request(`${baseUrl}/notifications${notificationPath("memory", "org/1")}`))).status).toBe(405);
    expect((await post(stage, message(), { body: "x".repeat(262_145) })).status).toBe(413);
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
    const streamed = { body: endless, duplex: "half" } as RequestInit;
    expect((await post(stage, message(), streamed)).status).toBe(413);
    expect((await post(stage, message(), {}, `${notificationPath("memory", "org/1")}?echo=${"a".repeat(1_048_576)}`)).status).toBe(414);
    expect(await stage.queued()).toBeNull();
    await stage.close();
  });

  test("a handshake is echoed as plain text, and only while a channel is being opened", async () => {
    const stage = await openWatched();
    const asked = `${notificationPath("memory", "org/1")}?echo=${encodeURIComponent("<script>alert(1)</script>")}`;
    expect((await post(stage, {}, {}, asked)).status).toBe(404);
    await stage.watches.add({ id: "ch-3", connectionId: stage.connectionId, calendarId: null, tokenDigest: digest("x"), createdAt: 1, expiresAt: 9e15 });
    const echoed = await post(stage, {}, {}, asked);
    expect([echoed.status, echoed.headers.get("content-type"), echoed.headers.get("x-content-type-options"), await echoed.text()]).toEqual([
      200, "text/plain; charset=utf-8", "nosniff", "<script>alert(1)</script>",
    ]);
    expect(await stage.queued()).toBeNull();
    await stage.close();
  });

  test("a store that cannot take it is a fault, so that the provider sends it again", async () => {
    const stage = await openWatched();
    const failing = { ...stage.engine, receiveNotification: async () => Promise.reject(new KalendsError("store-locked", "locked")) };
    const server = createServer({ engine: failing, baseUrl, whoIsIt: () => null });
    expect((await post({ server }, message())).status).toBe(503);
    await stage.store.close();
    expect((await post(stage, message())).status).toBe(503);
  });

  test("ten thousand at once are all accepted, and become one sync", async () => {
    const stage = await openWatched();
    let writes = 0;
    const { jobs } = stage.store.organization("org/1");
    const enqueue = Object.getPrototypeOf(jobs).enqueue as (job: unknown) => Promise<void>;
    Object.getPrototypeOf(jobs).enqueue = async function (this: unknown, job: unknown): Promise<void> {
      writes += 1;
      return enqueue.call(this, job);
    };
    try {
      const answers = await Promise.all(Array.from({ length: 10_000 }, () => post(stage, message())));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(writes).toBeLessThan(200);
      expect(writes).toBeGreaterThan(0);
    } finally {
      Object.getPrototypeOf(jobs).enqueue = enqueue;
    }
    stage.provider.pulls.length = 0;
    await stage.engine.scheduler.drain();
    expect(stage.provider.pulls.length).toBeLessThanOrEqual(2);
    await stage.close();
  });
});
