import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { createKalends, reportPage, retentionPresets, Secret, type Kalends, type KalendsOptions, type RetentionReport } from "kalends";
import type { CalendarObject } from "@kalends/model";
import { fakeClock, memoryProvider, seededRandom } from "@kalends/testing";
import { missingBrowser, openBrowser, type OpenBrowser } from "./open-browser.ts";
import { testKey } from "./open-kalends.ts";

const dayMs = 86_400_000;
const now = Date.parse("2027-01-10T12:00:00Z");
const picture = fileURLToPath(new URL("../../../docs/how-to/retention-report.png", import.meta.url));

function diaryEntry(uid: string, day: string, rules: string[]): CalendarObject {
  const [start, end] = ["09", "10"].map((hour) => ({ kind: "utc" as const, value: `${day}T${hour}:00:00` }));
  if (start === undefined || end === undefined) throw new Error("no times");
  const content = { title: `Canary title of ${uid}`, description: `Canary text of ${uid}` };
  const event = { uid, start, end, status: "confirmed" as const, transparent: false, visibility: "public" as const, rules, content };
  return { remoteKey: `/${uid}.ics`, revision: null, uid, events: [event] };
}

interface World {
  report: RetentionReport;
  ids: Record<"active" | "ended" | "overdue" | "held" | "forgotten", string>;
}

/** Five people: one active, two whose rights ended 9 and 32 days ago, one under a legal hold, one forgotten; and an event that left the window. */
async function heldWorld(folder: string): Promise<World> {
  const clock = fakeClock("2026-11-20T08:00:00Z");
  const provider = memoryProvider({ now: () => clock.now() });
  provider.calendar("/diary/").put("/old.ics", diaryEntry("old", "2026-11-20", []));
  provider.calendar("/diary/").put("/weekly.ics", diaryEntry("weekly", "2026-11-23", ["FREQ=WEEKLY"]));
  const shared: KalendsOptions = {
    database: join(folder, "kalends.db"), key: testKey, clock: { ...clock, sleep: (ms) => clock.advance(ms) }, random: seededRandom(5), providers: [provider],
  };
  const kalends = await createKalends(shared);
  const ids = { active: "", ended: "", overdue: "", held: "", forgotten: "" };
  for (const name of Object.keys(ids) as (keyof typeof ids)[]) {
    const { id } = await kalends.createAccount({ externalId: name });
    ids[name] = id;
    const credential = { kind: "password", username: name, password: new Secret("x") } as const;
    await kalends.connect({ accountId: id, provider: provider.id, address: `${name}@example.test`, credential });
  }
  expect((await kalends.sync()).ok).toBe(true);
  for (const [name, daysAgo] of [["held", 40], ["overdue", 32], ["ended", 9]] as const) {
    await clock.advance(now - daysAgo * dayMs - clock.now());
    await endRights(kalends, ids[name]);
  }
  await clock.advance(now - clock.now());
  await kalends.erasure.forget({ accountId: ids.forgotten }, { notify: ["billing"] });
  await kalends.close();
  const policy = { ...retentionPresets.cronofy, name: "ours", legalHold: [ids.held] };
  const held = await createKalends({ ...shared, random: seededRandom(6), retention: policy });
  const report = await held.retention.report();
  await held.close();
  return { report, ids };
}

async function endRights(kalends: Kalends, accountId: string): Promise<void> {
  for (const { id } of await kalends.applications.listAuthorizations({ accountId })) await kalends.applications.endAuthorization(id, "cancelled");
}

describe("the report page in a browser", () => {
  let folder = "";
  let world: World;
  let browser: OpenBrowser | undefined;
  const complaints: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kalends-report-page-"));
    world = await heldWorld(folder);
    await writeFile(join(folder, "held.html"), reportPage(world.report));
    if (missingBrowser === null) browser = await openBrowser({ width: 1180, height: 900 });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(): Promise<Page> {
    if (browser === undefined) throw new Error("no browser");
    const page = await browser.context.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(join(folder, "held.html")).href);
    return page;
  }

  test("a reader sees what is held, why, and until when", async (context) => {
    if (missingBrowser !== null) context.skip(missingBrowser);
    const { ids } = world;
    const page = await open();
    const panel = (of: string) => page.locator("section.kind", { has: page.locator("h3 .tag", { hasText: new RegExp(`^${of}$`) }) });
    const row = (accountId: string, rule: string) => page.locator("tr", { hasText: accountId }).filter({ has: page.locator(".tag", { hasText: new RegExp(`^${rule}$`) }) });
    const seen = async (one: ReturnType<typeof panel>): Promise<string> => {
      expect(await one.count()).toBe(1);
      expect(await one.isVisible()).toBe(true);
      return one.innerText();
    };

    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("What default holds");
    expect(await page.getByRole("status").allInnerTexts()).toEqual([
      "Legal hold on 1 account: nothing of them is removed.",
      expect.stringMatching(/^\d+ rows are due\. Remove them with kalends retention run\.$/),
    ]);
    const events = await seen(panel("third-party-event"));
    const { rows, overdueRows } = world.report.classes.find((one) => one.class === "third-party-event") ?? { rows: 0, overdueRows: 0 };
    // Four people have the same two events and their busy spans; one of them has had too long.
    expect([rows > 8, overdueRows]).toEqual([true, rows / 4]);
    expect(events).toMatch(new RegExp(`\\n${rows} rows of 4 accounts ${overdueRows} rows are due now\\n`));
    for (const empty of ["partner-event", "smart-invite"]) expect(await seen(panel(empty))).toContain("nothing is held");

    // Active: the event that is over left the window after 42 days, and goes 31 days after that; the series stays.
    expect(await seen(row(ids.active, "third-party-outside-window"))).toMatch(/2027-02-01 10:00 UTC[\s\S]*left[\s\S]*31 days/);
    expect(await seen(row(ids.active, "authorized").filter({ hasText: "calendar_object" }))).toMatch(/not by time[\s\S]*an authorization for it is active/);
    // Ended nine days ago: what is read goes after 30 days, the ids after 90.
    expect(await seen(row(ids.ended, "credential-no-authorization"))).toContain("2027-01-31 12:00 UTC");
    expect(await seen(row(ids.ended, "structure-no-authorization"))).toContain("2027-04-01 12:00 UTC");
    const overdue = row(ids.overdue, "credential-no-authorization");
    expect(await seen(overdue)).toMatch(/2027-01-08 12:00 UTC\s+due/);
    expect(await overdue.getAttribute("class")).toBe("over");
    for (const text of await page.locator("tr", { hasText: ids.held }).allInnerTexts()) expect(text).toMatch(/legal hold/i);
    expect(await page.locator("tr.over", { hasText: ids.held }).count()).toBe(0);
    expect(await seen(page.locator("tr", { hasText: ids.forgotten }).filter({ hasText: "to be told" }))).toContain("to be told: billing");

    expect(await page.content()).not.toMatch(/Canary|example\.test/);
    expect(complaints).toEqual([]);
    expect(asked).toEqual([page.url()]);
    if (process.env["KALENDS_WRITE_PICTURES"] === "1") await page.screenshot({ path: picture });
    await page.close();
  }, 60_000);

  test("a narrow screen cuts nothing off", async (context) => {
    if (missingBrowser !== null) context.skip(missingBrowser);
    const page = await open();
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await page.close();
  }, 60_000);
});
