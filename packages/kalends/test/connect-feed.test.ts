import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Logger } from "@kalends/model";
import { startCaldavSandbox } from "@kalends/sandbox";
import { hastyClock } from "@kalends/testing";
import { systemClock } from "kalends";
import { openKalends } from "./open-kalends.ts";
import { openCliFolder } from "./run-cli.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning"];
const token = "pr1vate-t0ken";

interface Feed {
  host: string;
  url: string;
  serve(body: string, status?: number): void;
  requests: number;
  close(): void;
}

async function startFeed(): Promise<Feed> {
  let answer = { body: "", status: 200 };
  const server = createServer((request, response) => {
    feed.requests += 1;
    const etag = `"${Buffer.from(answer.body).toString("base64").slice(-20)}${answer.body.length}"`;
    if (answer.status === 200 && request.headers["if-none-match"] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(answer.status, { etag, "content-type": "text/calendar" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const feed: Feed = {
    host,
    url: `http://${host}/${token}/basic.ics`,
    serve: (body, status = 200) => void (answer = { body, status }),
    requests: 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return feed;
}

const events = (...titles: string[]): string =>
  [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Shifts"],
    ...titles.flatMap((title, index) => ["BEGIN:VEVENT", `UID:shift-${index}`, `DTSTART:2027010${index + 1}T090000Z`, "DURATION:PT1H", `SUMMARY:${title}`, "END:VEVENT"]),
    ...["END:VCALENDAR", ""],
  ].join("\r\n");

describe("a calendar by its address", () => {
  test("is read, followed, never emptied by an answer that is none, and its address is told nowhere", async () => {
    const feed = await startFeed();
    const spoken: string[] = [];
    const logger: Logger = { log: (...parts) => void spoken.push(JSON.stringify(parts)) };
    const opened = await openKalends({ clock: hastyClock(systemClock, 10), allowHosts: [feed.host], logger });
    try {
      const { kalends, path } = opened;
      const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
      feed.serve(events("Early", "Late", "Night"));
      await expect(kalends.connectFeed({ accountId: account.id, address: "not an address" })).rejects.toMatchObject({ code: "invalid-argument" });
      const result = await kalends.connectFeed({ accountId: account.id, address: feed.url });
      expect(result.calendars).toMatchObject([{ name: "Shifts" }]);
      const id = result.calendars[0]?.id ?? "";
      expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, created: 3 });
      const before = feed.requests;
      expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, pass: "delta", created: 0, updated: 0, removed: 0 });
      expect(feed.requests - before).toBe(1);
      feed.serve(events("Early", "Changed", "Night", "New"));
      expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, created: 1, updated: 1, removed: 0 });

      for (const [body, status] of [["<html>", 200], ["", 200], [events("Early").slice(0, 120), 200], ["gone", 404], ["no", 500]] as const) {
        feed.serve(body, status);
        const report = await kalends.syncCalendar(id);
        expect(report.ok).toBe(false);
        spoken.push(JSON.stringify(report));
      }
      const listed = await kalends.occurrences({ calendarId: id, from: "2027-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z" });
      expect(listed.occurrences.map(({ event }) => event.content?.title)).toEqual(["Early", "Changed", "Night", "New"]);
      feed.serve(events("Early", "Changed"));
      expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, removed: 2 });
      // Connecting the same address again mends the connection in place.
      expect(await kalends.connectFeed({ accountId: account.id, address: feed.url })).toMatchObject({ reconnected: true, calendars: [{ id }] });

      spoken.push(JSON.stringify([await kalends.status(), await kalends.listConnections(), await kalends.listCalendars(), await kalends.changes(0)]));
      expect(spoken.join("\n")).not.toContain(token);
      for (const name of await readdir(dirname(path))) expect((await readFile(join(dirname(path), name))).includes(token), name).toBe(false);
    } finally {
      await opened.close();
      feed.close();
    }
  });

  test("that a login follows at its provider is told, is not synced, and is read from its source by who asks for it", async () => {
    const feed = await startFeed();
    const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password: "pw" }] });
    const ada = sandbox.user("ada");
    ada.createCalendar("shifts", { displayName: "Shifts of the ward", source: feed.url });
    ada.calendar("shifts").put("copy-1", events("The server's own copy"));
    const cli = await openCliFolder();
    const opened = await openKalends({ allowHosts: [feed.host, sandbox.allowHost] });
    try {
      feed.serve(events("Early", "Late"));
      const { kalends } = opened;
      const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
      const { connection, calendars } = await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: "ada", password: "pw" });
      expect(calendars).toMatchObject([{ name: "work" }]);
      await kalends.sync();
      expect((await kalends.status()).flatMap((one) => one.calendars)).toMatchObject([{ name: "work", objects: 0 }]);
      const [followed, ...others] = await kalends.listSubscriptions(connection.id);
      expect([followed?.name, followed?.source?.reveal(), others]).toEqual(["Shifts of the ward", feed.url, []]);
      if (followed?.source === null || followed === undefined) throw new Error("no source");
      const { connection: own, calendars: [shifts] } = await kalends.connectFeed({ accountId: account.id, address: followed.source });
      expect(await kalends.syncCalendar(shifts?.id ?? "")).toMatchObject({ ok: true, created: 2 });
      // A feed follows no feeds.
      expect(await kalends.listSubscriptions(own.id)).toEqual([]);

      await cli.run(["init"]);
      const allow = ["--allow-host", feed.host, "--allow-host", sandbox.allowHost];
      await cli.run(["connect", "caldav", sandbox.url, "--username", "ada", "--password-stdin", ...allow], { input: "pw" });
      const listed = await cli.run(["calendars", "--subscriptions"]);
      expect(listed.out).toMatch(new RegExp(`Shifts of the ward +${feed.host}`));
      expect(await cli.run(["connect", "feed", "--account", "ada", "--subscription", "Another"])).toMatchObject({ code: 1, err: expect.stringContaining("not-found") as string });
      expect((await cli.run(["connect", "feed", "--account", "ada", "--subscription", "Shifts of the ward"])).out).toContain("calendar: Shifts");
      expect(cli.printed()).not.toContain(token);
    } finally {
      await opened.close();
      await cli.close();
      await sandbox.close();
      feed.close();
    }
  });

  test("by the command line, with the address piped in", async () => {
    const feed = await startFeed();
    const folder = await mkdtemp(join(tmpdir(), "kalends-feed-"));
    const kalends = (...options: string[]): ReturnType<typeof run> => run(process.execPath, [...flags, program, ...options], { cwd: folder });
    try {
      feed.serve(events("Early", "Late"));
      await kalends("init");
      const connecting = kalends("connect", "feed", "--account", "ada", "--tz", "UTC", "--allow-host", feed.host, "--address-stdin");
      connecting.child.stdin?.end(`${feed.url}\n`);
      const { stdout } = await connecting;
      expect(String(stdout)).toContain(`Connected a feed of ${feed.host} for the account ada (new).`);
      expect(String(stdout)).toContain("calendar: Shifts");
      expect(String(stdout)).not.toContain(token);
      await kalends("sync");
      const { stdout: busy } = await kalends("free-busy", "--from", "2027-01-01", "--to", "2027-01-04", "--tz", "UTC", "--json");
      expect(String(busy)).toContain("2027-01-02T09:00:00");
    } finally {
      feed.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
