import { chmod, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaldavSandbox, type CaldavSandbox } from "@kalends/sandbox";
import { systemClock, type FreeBusyAnswer } from "kalends";
import { openCliFolder, type CliFolder } from "./run-cli.ts";

const password = "Canary-Passw0rd-ü";
const dayMs = 86_400_000;
/** The day after tomorrow, so that its events lie in the stored window whenever the test runs. */
const day = new Date(Date.now() + 2 * dayMs).toISOString().slice(0, 10);
const nextDay = new Date(Date.now() + 3 * dayMs).toISOString().slice(0, 10);

function meeting(uid: string, from: string, to: string): string {
  const stamp = (time: string): string => `${day.replaceAll("-", "")}T${time.replace(":", "")}00Z`;
  const event = [`UID:${uid}`, "DTSTAMP:20261101T000000Z", `DTSTART:${stamp(from)}`, `DTEND:${stamp(to)}`, `SUMMARY:Canary title ${uid}`];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//another client//EN", "BEGIN:VEVENT", ...event, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function startServer(): Promise<CaldavSandbox> {
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password, calendars: ["diary"] }] });
  const diary = sandbox.user("ada").calendar("diary");
  diary.put("one", meeting("one", "09:00", "10:00"));
  diary.put("two", meeting("two", "09:30", "11:00"));
  return sandbox;
}

describe("the command line, from an empty folder to an answer", () => {
  let folder: CliFolder;
  let sandbox: CaldavSandbox;

  beforeAll(async () => {
    folder = await openCliFolder();
    sandbox = await startServer();
  });

  afterAll(async () => {
    await sandbox.close();
    await folder.close();
  });

  const connectWords = (): string[] => ["connect", "caldav", sandbox.url, "--username", "ada", "--account", "user-17", "--tz", "Europe/London"];

  test("before init: nothing is made by mistake, and what to do is said", async () => {
    const commands = [["sync"], ["status"], ["migrate"], ["migrate", "--check"], ["free-busy", "--from", day, "--to", nextDay]];
    const doctor = await folder.run(["doctor"]);
    for (const { code, out, err } of await Promise.all(commands.map((words) => folder.run(words)))) {
      expect([code, out, err]).toEqual([1, "", expect.stringContaining("kalends init")]);
    }
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain("kalends init");
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("init makes key, database and settings, for the owner alone; a second one changes nothing", async () => {
    expect((await folder.run(["init"])).code).toBe(0);
    expect((await readdir(folder.path)).sort()).toEqual(["kalends.db", "kalends.json", "kalends.key"]);
    expect(await modeOf(join(folder.path, "kalends.key"))).toBe("600");
    expect(await modeOf(join(folder.path, "kalends.db"))).toBe("600");
    const key = await readFile(join(folder.path, "kalends.key"), "utf8");
    expect((await folder.run(["init"])).code).toBe(0);
    expect(await readFile(join(folder.path, "kalends.key"), "utf8")).toBe(key);
    expect(await readFile(join(folder.path, "kalends.json"), "utf8")).not.toContain(key.trim());
    expect((await folder.run(["migrate", "--check"])).code).toBe(0);
  });

  test("connect refuses what cannot work, names the flag, and asks the server only when it has to", async () => {
    const environment = { KALENDS_PASSWORD: password };
    const zone = await folder.run([...connectWords(), "--tz", "Europ/Berlin"], { environment });
    expect([zone.code, zone.err]).toEqual([1, expect.stringContaining("zone-unknown")]);
    const nobody = await folder.run(["connect", "caldav", sandbox.url], { environment });
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining("--username")]);
    const refused = await folder.run(connectWords(), { environment });
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`--allow-host ${sandbox.allowHost}`)]);
    const without = await folder.run(connectWords());
    expect([without.code, without.err]).toEqual([1, expect.stringContaining("--password-stdin")]);
    const empty = await folder.run([...connectWords(), "--password-stdin"], { input: "\n" });
    expect([empty.code, empty.err]).toEqual([1, expect.stringContaining("The password is empty")]);
    expect(sandbox.requests).toEqual([]);
    const wrong = await folder.run([...connectWords(), "--allow-host", sandbox.allowHost, "--password-stdin"], { input: `${password}x` });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("auth-failed")]);
    expect(await readFile(join(folder.path, "kalends.json"), "utf8")).not.toContain(sandbox.allowHost);
  });

  test("connect remembers the allowed host, and a login that failed before does no harm", async () => {
    await folder.run(["connect", "caldav", sandbox.url, "--username", "nobody", "--allow-host", sandbox.allowHost], { environment: { KALENDS_PASSWORD: "x" } });
    const connected = await folder.run([...connectWords(), "--allow-host", sandbox.allowHost, "--password-stdin"], { input: `${password}\n` });
    expect([connected.code, connected.err]).toEqual([0, ""]);
    expect(connected.out).toContain("calendar: diary");
    expect(JSON.parse(await readFile(join(folder.path, "kalends.json"), "utf8"))).toMatchObject({ allowHosts: [sandbox.allowHost] });
    const again = await folder.run([...connectWords(), "--password-stdin"], { input: password });
    expect(again.out).toContain("Reconnected");
  });

  test("sync, then free-busy as JSON and as a table", async () => {
    const synced = await folder.run(["sync"]);
    expect([synced.code, synced.out]).toEqual([0, "Synced 1 calendar: 2 new, 0 changed, 0 removed.\n"]);
    const json = await folder.run(["free-busy", "--from", `${day}T08:00:00Z`, "--to", nextDay, "--tz", "Asia/Tokyo", "--json"]);
    expect(json.code).toBe(0);
    const answer = JSON.parse(json.out) as FreeBusyAnswer;
    expect(answer).toMatchObject({ from: `${day}T08:00:00.000Z`, to: `${day}T15:00:00.000Z`, complete: true });
    expect(answer.merged).toEqual([{ kind: "busy", from: `${day}T09:00:00.000Z`, to: `${day}T11:00:00.000Z` }]);
    const table = await folder.run(["free-busy", "--from", `${day}T17:00`, "--to", nextDay, "--tz", "Asia/Tokyo", "--account", "user-17"]);
    expect(table.out).toContain("18:00 - 20:00");
    expect(table.out).toContain("calendar diary: fresh, synced just now");
  });

  // Questions that are refused touch nothing, so that they may be asked side by side.
  test("free-busy says which argument is wrong", async () => {
    const cases: [string[], string][] = [
      [["--from", "tomorrow", "--to", day], "--from must be"],
      [["--from", "2026-02-30", "--to", day], "--from must be"],
      [["--from", nextDay, "--to", day], "--to must be later"],
      [["--from", day, "--to", nextDay, "--tz", "Mars/Phobos"], "zone-unknown"],
      [["--from", day, "--to", nextDay, "--account", "nobody-else"], "no account nobody-else"],
      [["--from", "2020-01-01", "--to", "2020-01-02"], "diary (stored only from"],
    ];
    const results = await Promise.all(cases.map(([words]) => folder.run(["free-busy", ...words])));
    expect(results).toEqual(cases.map(([, said]) => ({ code: 1, out: "", err: expect.stringContaining(said) as string })));
  });

  test("changes are numbered without gap and can be followed", async () => {
    const { code, out } = await folder.run(["changes", "--json"]);
    expect(code).toBe(0);
    const records = out.trim().split("\n").map((line) => JSON.parse(line) as { sequence: number; kind: string });
    expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
    expect(records.filter(({ kind }) => kind === "object-created")).toHaveLength(2);
    const page = await folder.run(["changes", "--since", "0", "--limit", "1"]);
    expect(page.out).toContain("More: kalends changes --since 1");
    const end = await folder.run(["changes", "--since", String(records.length)]);
    expect(end.out).toContain(`Nothing after number ${records.length}`);
  });

  test("status and doctor: in order, then with a server that fails", async () => {
    const status = await folder.run(["status"]);
    expect([status.code, status.out]).toEqual([0, expect.stringContaining("account user-17): connected")]);
    const healthy = await folder.run(["doctor"]);
    expect([healthy.code, healthy.out]).toEqual([0, expect.stringContaining("Nothing stands in the way.")]);
    expect(healthy.out).toContain("(Any other CalDAV server)");
    expect(healthy.out).toContain("is found out by asking it");
    const takeBack = sandbox.faults.next({ status: 500, times: Infinity });
    const failed = await folder.run(["sync"]);
    takeBack();
    expect([failed.code, failed.out]).toEqual([1, "Synced 0 of 1 calendar: 0 new, 0 changed, 0 removed.\n"]);
    const ill = await folder.run(["doctor", "--json"]);
    expect(ill.code).toBe(1);
    expect(ill.out).toContain("server-error");
    for (const hidden of [sandbox.allowHost, "diary", "ada", "user-17", "Canary"]) expect(healthy.out + ill.out).not.toContain(hidden);
  });

  test("a lost, open or wrong key is told of, and never replaced by one that opens nothing", async () => {
    const [key, aside] = [join(folder.path, "kalends.key"), join(folder.path, "aside.key")];
    await rename(key, aside);
    expect((await folder.run(["status"])).err).toContain("key-missing");
    const init = await folder.run(["init"]);
    expect([init.code, init.err]).toEqual([1, expect.stringContaining("Put the key back")]);
    expect(await readdir(folder.path)).not.toContain("kalends.key");
    await writeFile(key, Buffer.alloc(32, 9).toString("base64url"), { mode: 0o600 });
    expect((await folder.run(["status"])).err).toContain("key-wrong");
    await rename(aside, key);
    await chmod(key, 0o644);
    expect((await folder.run(["status"])).err).toContain("key-invalid");
    await chmod(key, 0o600);
    expect((await folder.run(["status"])).code).toBe(0);
  });

  test("global options may stand before and after the command; a mistyped setting is named", async () => {
    expect((await folder.run(["--database", "kalends.db", "status"])).code).toBe(0);
    expect((await folder.run(["status", "--database", "kalends.db"])).code).toBe(0);
    expect((await folder.run(["status", "--database", "other.db"])).err).toContain("There is no database other.db");
    expect((await folder.run(["status", "--nonsense"])).code).toBe(1);
    const settings = join(folder.path, "kalends.json");
    const right = await readFile(settings, "utf8");
    await writeFile(settings, right.replace("database", "databse"));
    expect((await folder.run(["status"])).err).toContain('"databse"');
    await writeFile(settings, right);
  });

  test("no command printed the password or a title", () => {
    for (const secret of [password, encodeURIComponent(password), Buffer.from(password).toString("base64"), "Canary"]) expect(folder.printed()).not.toContain(secret);
  });
});

describe("Ctrl-C", () => {
  test("a sync stops in order, says so, and goes on the next time; the same key press twice is one", { timeout: 20_000 }, async () => {
    const folder = await openCliFolder();
    const sandbox = await startServer();
    try {
      await folder.run(["init"]);
      await folder.run(["connect", "caldav", sandbox.url, "--username", "ada", "--allow-host", sandbox.allowHost], { environment: { KALENDS_PASSWORD: password } });
      sandbox.forgetRequests();
      sandbox.faults.next({ method: "REPORT", hang: true });
      const { code, out } = await folder.run(["sync"], {
        onStart: (child) => void whenAsked(sandbox).then(() => [child.kill("SIGINT"), child.kill("SIGINT")]),
      });
      expect([code, out]).toEqual([130, expect.stringContaining("the next sync goes on from there")]);
      const next = await folder.run(["sync"]);
      expect([next.code, next.out]).toEqual([0, "Synced 1 calendar: 2 new, 0 changed, 0 removed.\n"]);
    } finally {
      await sandbox.close();
      await folder.close();
    }
  });

  test("the demo ends with exit code 0, at once", { timeout: 20_000 }, async () => {
    const folder = await openCliFolder();
    let asked = 0;
    const { code, out } = await folder.run(["demo"], {
      onPrint: (printed, child) => {
        if (asked > 0 || !printed.includes("Stop with Ctrl-C.")) return;
        asked = Date.now();
        // A launcher hands the same key press on at once. Once Node takes itself down nothing listens any more, so a later one proves nothing.
        child.kill("SIGINT");
        child.kill("SIGINT");
      },
    });
    expect([code, out]).toEqual([0, expect.stringContaining("Stopped; nothing was kept.")]);
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(await readdir(folder.path)).toEqual([]);
    await folder.close();
  });
});

/** Resolves when the hanging request has come in. */
async function whenAsked(sandbox: CaldavSandbox): Promise<void> {
  while (!sandbox.requests.some(({ method }) => method === "REPORT")) await new Promise((resolve) => setTimeout(resolve, 20));
}
