import { readdir, rm } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import type { ChangeRecord } from "@kalends/model";
import { caldavClient, seedCalendar, startServer, type RunningServer, type ServerKind, type SkipContext } from "@kalends/testing";
import type { Kalends } from "kalends";
import { eventFile, eventFiles } from "./event-files.ts";
import { openKalends } from "./open-kalends.ts";
import { readReplica } from "./read-replica.ts";

const total = 1_000;

/** A plain loopback proxy that counts what passes, so that the count is not our own word. */
async function countingProxy(target: string): Promise<{ url: string; host: string; methods: string[]; server: Server }> {
  const methods: string[] = [];
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    methods.push(incoming.method ?? "");
    const forward = httpRequest({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}${new URL(target).pathname}`, host, methods, server };
}

async function connectTo(kalends: Kalends, url: string, server: RunningServer): Promise<string> {
  const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
  const result = await kalends.connectCaldav({ accountId: account.id, address: url, username: server.username, password: server.password });
  const calendar = result.calendars.find(({ name }) => name === "thousand");
  if (calendar === undefined) throw new Error("the calendar was not found");
  return calendar.id;
}

const byUid = (records: readonly ChangeRecord[], kind: string): number[] =>
  records.filter((record) => record.kind === kind).map(({ uid }) => Number(/\d+/.exec(uid ?? "")?.[0])).sort((a, b) => a - b);
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

async function sameAsServer(path: string, server: RunningServer, home: string): Promise<void> {
  const listed = await caldavClient(server.baseUrl, server.username, server.password).list(home);
  const wanted = new Map(listed.map(({ href, etag }) => [decodeURIComponent(new URL(href, server.origin).pathname), etag]));
  const stored = new Map([...readReplica(path)].map(([key, revision]) => [decodeURIComponent(key), revision]).filter(([key]) => String(key).startsWith(home)) as [string, string][]);
  expect(new Map([...stored].sort())).toEqual(new Map([...wanted].sort()));
}

async function wholeStory(kind: ServerKind, context: SkipContext): Promise<void> {
  const server = await startServer(kind, context);
  const proxy = await countingProxy(server.baseUrl);
  const opened = await openKalends({ allowHosts: [proxy.host] });
  try {
    const { kalends, path } = opened;
    const home = await seedCalendar(server, "thousand", eventFiles(total));
    const client = caldavClient(server.baseUrl, server.username, server.password);
    const id = await connectTo(kalends, proxy.url, server);

    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, created: total, updated: 0, removed: 0, quarantined: 0, error: null });
    await sameAsServer(path, server, home);
    await kalends.syncCalendar(id);

    // Nothing new: one request, no change.
    let head = await kalends.changesHead();
    proxy.methods.length = 0;
    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, created: 0, updated: 0, removed: 0 });
    expect(proxy.methods).toHaveLength(1);
    expect(await kalends.changesHead()).toBe(head);

    // Another client edits 100, deletes 50, adds 20: exactly those changes.
    for (const index of numbers(0, 100)) await client.put(`${home}event-${index}.ics`, eventFile(index, 1));
    for (const index of numbers(100, 150)) await client.delete(`${home}event-${index}.ics`);
    for (const index of numbers(total, total + 20)) await client.put(`${home}event-${index}.ics`, eventFile(index));
    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, created: 20, updated: 100, removed: 50 });
    const records = await kalends.changes(head, 1_000);
    expect(records.map(({ sequence }) => sequence)).toEqual(numbers(head + 1, head + 171));
    expect(byUid(records, "object-updated")).toEqual(numbers(0, 100));
    expect(byUid(records, "object-removed")).toEqual(numbers(100, 150));
    expect(byUid(records, "object-created")).toEqual(numbers(total, total + 20));
    await sameAsServer(path, server, home);

    // The position dies while 30 vanish and 5 change.
    head = await kalends.changesHead();
    for (const index of numbers(150, 180)) await client.delete(`${home}event-${index}.ics`);
    for (const index of numbers(180, 185)) await client.put(`${home}event-${index}.ics`, eventFile(index, 2));
    await killCursor(server, path, id);
    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, pass: "snapshot", created: 0, updated: 5, removed: 30 });
    const after = await kalends.changes(head, 1_000);
    expect(byUid(after, "object-removed")).toEqual(numbers(150, 180));
    expect(byUid(after, "object-updated")).toEqual(numbers(180, 185));
    await sameAsServer(path, server, home);
  } finally {
    await opened.close();
    proxy.server.close();
    proxy.server.closeAllConnections();
    await server.stop();
  }
}

/** Radicale loses its files of tokens, as it does by age; the others are asked with a token that they never made. */
async function killCursor(server: RunningServer, path: string, calendarId: string): Promise<void> {
  if (server.kind === "radicale") {
    const entries = await readdir(server.folder, { recursive: true, withFileTypes: true });
    const tokens = entries.filter((entry) => entry.isFile() && entry.parentPath.endsWith("sync-token"));
    expect(tokens.length).toBeGreaterThan(0);
    for (const token of tokens) await rm(join(token.parentPath, token.name));
    return;
  }
  const database = new DatabaseSync(path);
  database.prepare("update sync_state set cursor = replace(cursor, substr(cursor, -6), 'ffffff') where calendar_id = ?").run(calendarId);
  database.close();
}

describe("a thousand events on a real server", () => {
  for (const kind of ["radicale", "xandikos", "caldav-adapter"] as const) test(kind, (context) => wholeStory(kind, context), 180_000);
});
