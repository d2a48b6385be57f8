import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { createKalends, systemClock, type Kalends, type KalendsOptions } from "kalends";
import { eventFile } from "./event-files.ts";
import { openKalends, testKey } from "./open-kalends.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Scene {
  sandbox: CaldavSandbox;
  kalends: Kalends;
  path: string;
  calendarId: string;
  objects(): Promise<number>;
}

/** A connected, synced calendar of `count` events on the sandbox. */
async function scene(count: number, options: KalendsOptions = {}): Promise<Scene> {
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password: "pw" }] });
  ends.push(() => sandbox.close());
  const work = sandbox.user("ada").calendar("work");
  for (let index = 0; index < count; index += 1) work.put(`event-${index}@example.test`, eventFile(index));
  const { kalends, path, close } = await openKalends({ allowHosts: [sandbox.allowHost], ...options });
  ends.push(close);
  const account = await kalends.createAccount();
  const { calendars } = await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: "ada", password: "pw" });
  const objects = async (): Promise<number> => (await kalends.status())[0]?.calendars[0]?.objects ?? 0;
  await kalends.sync();
  return { sandbox, kalends, path, calendarId: calendars[0]?.id ?? "", objects };
}

describe("connecting", () => {
  async function refusal(address: string, host: string, password = "pw"): Promise<unknown> {
    const { kalends, close } = await openKalends({ allowHosts: [host] });
    ends.push(close);
    const account = await kalends.createAccount();
    const error = await kalends.connectCaldav({ accountId: account.id, address, username: "ada", password }).then(() => null, (thrown: unknown) => thrown);
    expect(await kalends.listConnections()).toEqual([]);
    return error;
  }

  async function webServer(status: number, body: string): Promise<{ url: string; host: string }> {
    const server = createServer((_request, response) => void response.writeHead(status, { "content-type": "text/html" }).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => (server.closeAllConnections(), server.close()));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url: `http://${host}/`, host };
  }

  test("a wrong password is refused with a remedy and leaves nothing behind", async () => {
    const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password: "pw" }] });
    ends.push(() => sandbox.close());
    expect(await refusal(sandbox.url, sandbox.allowHost, "wrong")).toMatchObject({ code: "auth-failed", failure: "auth", remedy: expect.stringContaining("app-specific") });
  });

  test("no CalDAV at that address", async () => {
    const { url, host } = await webServer(404, "nothing here");
    expect(await refusal(url, host)).toMatchObject({ code: "caldav-not-found", remedy: expect.stringContaining("CalDAV address") });
  });

  test("an HTML login page with status 200", async () => {
    const { url, host } = await webServer(200, "<!doctype html><html><body>Sign in</body></html>");
    expect(["not-calendar-data", "caldav-not-found"]).toContain(((await refusal(url, host)) as { code: string }).code);
  });

  test("nobody listens, and an address that is not allowed", async () => {
    expect(await refusal("http://127.0.0.1:1/", "127.0.0.1:1")).toMatchObject({ code: "network-unreachable" });
    expect(await refusal("http://127.0.0.1:1/", "other.test")).toMatchObject({ code: "address-refused", remedy: expect.stringContaining("allow") });
    expect(await refusal("  ", "other.test")).toMatchObject({ code: "invalid-argument" });
  });
});

describe("syncing", () => {
  test("a login page in the place of a listing removes nothing and says so", async () => {
    const { sandbox, kalends, objects, calendarId } = await scene(30);
    const page = { status: 200, headers: { "content-type": "text/html" }, body: "<html><body>Please sign in</body></html>" };
    for (let index = 0; index < 8; index += 1) sandbox.faults.next({ method: "REPORT", ...page });
    expect(await kalends.syncCalendar(calendarId)).toMatchObject({ ok: false, removed: 0, error: { code: "not-calendar-data" } });
    expect(await objects()).toBe(30);
    expect((await kalends.status())[0]?.calendars[0]).toMatchObject({ phase: "delayed", error: { code: "not-calendar-data" } });
  });

  test("a server that stops in mid-page removes nothing, and the next sync goes on", async () => {
    const { sandbox, kalends, objects, calendarId } = await scene(30);
    for (let index = 30; index < 60; index += 1) sandbox.user("ada").calendar("work").put(`event-${index}@example.test`, eventFile(index));
    for (let index = 0; index < 8; index += 1) sandbox.faults.next({ method: "REPORT", cutAfterBytes: 900 });
    expect(await kalends.resync(calendarId)).toMatchObject({ ok: false, removed: 0, error: { code: "response-incomplete" } });
    expect(await objects()).toBe(30);
    sandbox.faults.clear();
    expect(await kalends.syncCalendar(calendarId)).toMatchObject({ ok: true, created: 30, removed: 0 });
  });

  test("a calendar that vanishes is removed when the list says so; the others stay", async () => {
    const { sandbox, kalends } = await scene(10);
    sandbox.user("ada").createCalendar("home");
    sandbox.user("ada").calendar("home").put("event-1@example.test", eventFile(1));
    await kalends.sync();
    expect(await kalends.listCalendars()).toHaveLength(2);
    sandbox.user("ada").deleteCalendar("work");
    const report = await kalends.sync();
    expect(report.ok).toBe(true);
    expect((await kalends.listCalendars()).map(({ remoteKey }) => remoteKey)).toEqual([expect.stringContaining("home")]);
  });

  test("one broken VEVENT among a thousand: 999 land, one is set aside and listed", async () => {
    const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password: "pw" }] });
    ends.push(() => sandbox.close());
    const work = sandbox.user("ada").calendar("work");
    for (let index = 0; index < 999; index += 1) work.put(`event-${index}@example.test`, eventFile(index));
    work.put("broken", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:broken\r\nDTSTART:yesterday\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    const { kalends, close } = await openKalends({ allowHosts: [sandbox.allowHost] });
    ends.push(close);
    const account = await kalends.createAccount();
    const { calendars } = await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: "ada", password: "pw" });
    const id = calendars[0]?.id ?? "";
    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, created: 999, quarantined: 1 });
    expect(await kalends.quarantined(id)).toMatchObject([{ code: "object-invalid", remoteKey: expect.stringContaining("broken") }]);
  });
});

describe("the database", () => {
  test("a wrong key stops at the start and changes nothing", async () => {
    const { kalends, path } = await scene(5);
    await kalends.close();
    const wrong = createKalends({ database: path, key: Buffer.alloc(32, 9).toString("base64url") });
    await expect(wrong).rejects.toMatchObject({ code: "key-wrong", remedy: expect.stringContaining("that key") });
    const again = await createKalends({ database: path, key: testKey });
    expect((await again.status())[0]?.calendars[0]?.objects).toBe(5);
    await again.close();
  });

  test("no key, a short key, a key file that others may read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-key-"));
    ends.push(() => rmSync(folder, { recursive: true }));
    const database = join(folder, "kalends.db");
    await expect(createKalends({ database })).rejects.toMatchObject({ code: "key-missing", remedy: expect.stringContaining("kalends init") });
    await expect(createKalends({ database, key: "short" })).rejects.toMatchObject({ code: "key-invalid" });
    const keyFile = join(folder, "open.key");
    writeFileSync(keyFile, `${testKey}\n`, { mode: 0o644 });
    await expect(createKalends({ database, keyFile })).rejects.toMatchObject({ code: "key-invalid", remedy: expect.stringContaining("0600") });
  });

  test("a locked database is a typed error, and the sync goes on once it is free", async () => {
    const { sandbox, kalends, path, calendarId, objects } = await scene(5);
    sandbox.user("ada").calendar("work").put("event-5@example.test", eventFile(5));
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    await expect(kalends.syncCalendar(calendarId)).rejects.toMatchObject({ code: "store-locked", remedy: expect.stringContaining("Close it") });
    other.exec("rollback");
    other.close();
    expect(await kalends.syncCalendar(calendarId)).toMatchObject({ ok: true, created: 1 });
    expect(await objects()).toBe(6);
  }, 60_000);

  test("a file that is no database", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-bad-"));
    ends.push(() => rmSync(folder, { recursive: true }));
    const database = join(folder, "kalends.db");
    writeFileSync(database, "this is a letter to my aunt, and not a database\n".repeat(100));
    await expect(createKalends({ database, key: testKey })).rejects.toMatchObject({ code: "store-corrupt" });
  });

  test("a full disk: nothing that was stored is lost, and the sync ends when there is room again", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "kalends-full-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      rmSync(folder, { recursive: true });
      context.skip("a small file system can be mounted by root only");
    }
    ends.push(() => {
      execFileSync("umount", [folder]);
      rmSync(folder, { recursive: true });
    });
    const { sandbox, kalends, calendarId, objects } = await scene(50, { database: join(folder, "kalends.db") });
    ends.push(() => kalends.close());
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(statfsSync(folder).bavail * statfsSync(folder).bsize - 200_000));
    const work = sandbox.user("ada").calendar("work");
    for (let index = 50; index < 1_500; index += 1) work.put(`event-${index}@example.test`, eventFile(index));
    const full = await kalends.syncCalendar(calendarId).then((report) => report.error, (thrown: unknown) => thrown);
    expect(full).toMatchObject({ code: "store-full", remedy: expect.stringContaining("Free some room") });
    expect(await objects()).toBeGreaterThanOrEqual(50);
    rmSync(ballast);
    execFileSync("mount", ["-o", "remount,size=64m", folder]);
    expect(await kalends.syncCalendar(calendarId)).toMatchObject({ ok: true });
    expect(await objects()).toBe(1_500);
  }, 60_000);
});
