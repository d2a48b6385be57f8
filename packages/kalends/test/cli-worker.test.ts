import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { systemClock } from "kalends";
import { dayText } from "./event-files.ts";
import { openCliFolder, type CliFolder } from "./run-cli.ts";

const password = "Canary-Passw0rd";

function event(uid: string): string {
  const lines = [`UID:${uid}`, "DTSTAMP:20261101T000000Z", `DTSTART:${dayText(2)}T090000Z`, `DTEND:${dayText(2)}T100000Z`, `SUMMARY:Canary title ${uid}`];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//another client//EN", "BEGIN:VEVENT", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
}

describe("kalends worker", () => {
  let folder: CliFolder;
  let sandbox: CaldavSandbox;

  beforeAll(async () => {
    folder = await openCliFolder();
    sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password, calendars: ["diary"] }] });
    sandbox.user("ada").calendar("diary").put("one", event("one"));
    expect((await folder.run(["init"])).code).toBe(0);
  });

  afterAll(async () => {
    await sandbox.close();
    await folder.close();
  });

  /** Runs a worker; `seen` is called once, when what it printed fits. */
  function work(words: string[], pattern: RegExp, seen: (child: ChildProcess, printed: string) => void) {
    let called = false;
    return folder.run(["worker", ...words, "--allow-host", sandbox.allowHost], {
      onPrint: (printed, child) => {
        if (called || !pattern.test(printed)) return;
        called = true;
        seen(child, printed);
      },
    });
  }

  async function status(): Promise<{ phase: string; objects: number }[]> {
    const { out } = await folder.run(["status", "--json"]);
    return (JSON.parse(out) as { calendars: { phase: string; objects: number }[] }[]).flatMap(({ calendars }) => calendars);
  }

  test("runs jobs, answers for its health, and ends on SIGTERM with code 0", async () => {
    const connect = ["connect", "caldav", sandbox.url, "--username", "ada", "--account", "user-17", "--tz", "UTC", "--allow-host", sandbox.allowHost];
    expect((await folder.run(connect, { environment: { KALENDS_PASSWORD: password } })).code).toBe(0);
    const answers: { status: number; body: Record<string, unknown> }[] = [];
    const result = await work(["--health", "0"], /health: \S+\nworking/, (child, printed) => {
      const url = /health: (\S+)/.exec(printed)?.[1] ?? "";
      void (async () => {
        for (let tries = 0; tries < 200 && sandbox.requests.filter(({ method }) => method === "REPORT").length === 0; tries += 1) await systemClock.sleep(50);
        for (const path of ["/live", "/ready", "/nothing"]) {
          const response = await fetch(`${url}${path}`);
          answers.push({ status: response.status, body: (await response.json()) as Record<string, unknown> });
        }
        const posted = await fetch(`${url}/ready`, { method: "POST" });
        answers.push({ status: posted.status, body: {} });
        child.kill("SIGTERM");
      })();
    });
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(result.out).toContain("stopped");
    expect(result.out).toMatch(/health: http:\/\/127\.0\.0\.1:\d+/);
    expect(answers).toMatchObject([
      { status: 200, body: { live: true } },
      { status: 200, body: { ready: true, error: null, queue: { dead: 0 } } },
      { status: 404 },
      { status: 405 },
    ]);
    expect(JSON.stringify(answers)).not.toMatch(/ada|diary|Canary/);
    expect(await status()).toMatchObject([{ phase: "idle", objects: 1 }]);
  });

  test("lets a run end within its grace time, and a second signal ends it at once", async () => {
    const asked = (): Promise<void> => new Promise((resolve) => {
      const look = (before: number): void => void setTimeout(() => (sandbox.requests.length > before ? resolve() : look(before)), 20);
      look(sandbox.requests.length);
    });
    const syncSoon = async (): Promise<void> => {
      // A wish from outside: the calendar is read when the worker starts.
      sandbox.user("ada").calendar("diary").put("two", event(`two`));
      const { DatabaseSync } = await import("node:sqlite");
      const database = new DatabaseSync(`${folder.path}/kalends.db`);
      database.exec("update job set run_at = 0 where kind = 'sync-calendar'");
      database.close();
    };
    await syncSoon();
    sandbox.faults.next({ delayMs: 1_500 });
    const graceful = await work([], /working/, (child) => void asked().then(() => child.kill("SIGTERM")));
    expect(graceful).toMatchObject({ code: 0, out: expect.stringMatching(/stopping: 1 running[\s\S]*stopped/) });
    expect(await status()).toMatchObject([{ phase: "idle", objects: 2 }]);

    await syncSoon();
    sandbox.faults.next({ hang: true });
    const abrupt = await work([], /working/, (child) => {
      void asked().then(async () => {
        child.kill("SIGTERM");
        await systemClock.sleep(600);
        child.kill("SIGTERM");
      });
    });
    expect(abrupt.code).toBe(143);
    expect(abrupt.out).not.toContain("stopped");
  });

  test("what a worker sets aside is listed in status, with its remedy", async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(`${folder.path}/kalends.db`);
    // Four failures lie behind it: the next is the fifth.
    database.exec("update job set run_at = 0, attempts = 4 where kind = 'sync-calendar'");
    const dead = (): boolean => Number(database.prepare("select count(*) as many from job where dead_since is not null").get()?.["many"]) > 0;
    const takeBack = sandbox.faults.next({ status: 403, times: Infinity });
    const result = await work([], /working/, (child) => {
      const look = (): void => void (dead() ? child.kill("SIGTERM") : setTimeout(look, 50));
      look();
    });
    takeBack();
    database.close();
    expect(result.code).toBe(0);
    const [connection] = JSON.parse((await folder.run(["status", "--json"])).out) as { calendars: { calendarId: string }[]; deadLetters: object[] }[];
    expect(connection?.deadLetters).toMatchObject([
      { kind: "sync-calendar", subject: connection?.calendars[0]?.calendarId, failures: 5, error: { code: "permission-denied", remedy: expect.any(String) } },
    ]);
    expect((await folder.run(["status"])).out).toMatch(/Set aside after failing[^]*diary \(sync-calendar\): permission-denied, 5 times/);
  });

  test("so are jobs that belong to no connection, with what to do; all of them can be made due at once", async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(`${folder.path}/kalends.db`);
    database.exec("update job set attempts = 5, error_code = 'store-failed', dead_since = 1 where kind = 'retention'");
    const dueBefore = (at: number): number => Number(database.prepare("select count(*) as many from job where dead_since is not null and run_at <= ?").get(at)?.["many"]);
    expect((await folder.run(["status"])).out).toMatch(/organization \(retention\): store-failed, 5 times[^]*kept longer than the policy says[^]*kalends retention run/);
    const listed = await folder.run(["dead-letters", "--json"]);
    expect(listed.code).toBe(1);
    expect(JSON.parse(listed.out)).toMatchObject([{ kind: "retention", about: "organization" }, { kind: "sync-calendar", name: "diary" }]);
    expect(dueBefore(systemClock.now())).toBe(0);
    expect((await folder.run(["dead-letters", "--retry"])).out).toContain("2 are due now");
    expect(dueBefore(systemClock.now())).toBe(2);
    database.exec("update job set attempts = 0, error_code = null, dead_since = null");
    database.close();
    expect(await folder.run(["dead-letters"])).toMatchObject({ code: 0, out: "No job is set aside.\n" });
  });

  test("refuses a health address that is none, and one that is taken", async () => {
    expect((await folder.run(["worker", "--health", "not-a-port"])).code).toBe(1);
    const taken = await folder.run(["worker", "--health", sandbox.allowHost]);
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  });
});
