import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { serveFreeBusy, type FreeBusyServer } from "../src/server.ts";
import { MemorySource } from "./memory-source.ts";
import { hasBrowser, openBrowser, type OpenBrowser } from "./open-browser.ts";

const week = "?week=2026-11-16&zone=Europe/London";
const busy = (from: string, to: string, kind = "busy"): { kind: string; from: string; to: string } => ({
  kind,
  from: `2026-11-${from}:00.000Z`,
  to: `2026-11-${to}:00.000Z`,
});

let browser: OpenBrowser;
let server: FreeBusyServer | undefined;
const complaints: string[] = [];

beforeAll(async () => {
  if (hasBrowser) browser = await openBrowser({ width: 1280, height: 800 });
});
afterEach(async () => {
  await server?.close();
  for (const page of browser?.context.pages() ?? []) await page.close();
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(() => browser?.close());

async function open(source: MemorySource, query = week): Promise<Page> {
  server = await serveFreeBusy(source, { title: "Team" });
  const page = await browser.context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(server.url + query);
  await page.waitForSelector('#live[data-state="live"]');
  await page.waitForSelector(".person");
  return page;
}

function people(): MemorySource {
  const ada = [busy("16T09:00", "16T10:00"), busy("17T13:00", "17T17:00", "tentative")];
  const chie = [busy("18T15:00", "20T15:00", "out-of-office")];
  return new MemorySource([
    { id: "ada", name: "Ada Osei", zone: "Europe/London", periods: ada },
    { id: "chie", name: "Chie <img src=x onerror=alert(1)>", zone: "Asia/Tokyo", periods: chie },
  ]);
}

describe("the page in a browser", () => {
  test("shows the week, and a block appears, flashes, moves and leaves as news comes in", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const source = people();
    const page = await open(source);
    await page.waitForSelector('.block[data-person="ada"]');
    expect(await page.locator("#week").textContent()).toBe("16 to 22 November 2026");
    expect(await page.locator('.block[data-person="ada"]').count()).toBe(2);
    expect(await page.locator(".block.is-new").count()).toBe(0);
    expect(await page.locator('.block.out-of-office[data-person="chie"]').count()).toBe(3);

    const added = busy("19T11:00", "19T12:30");
    source.members[0]!.periods.push(added);
    source.tell("ada", "Ada added a meeting");
    const block = page.locator(`.day[data-day="3"] .block.busy[data-from="${added.from}"]`);
    await block.waitFor({ timeout: 5_000 });
    expect(await block.getAttribute("class")).toContain("is-new");
    const [box, day] = [await block.boundingBox(), await page.locator('.day[data-day="3"]').boundingBox()];
    expect((box!.height + 1) / day!.height).toBeCloseTo(1.5 / 24, 1);
    expect(await page.locator("#log li").first().textContent()).toContain("Ada added a meeting");

    Object.assign(added, busy("19T14:00", "19T15:30"));
    source.tell("ada", "Ada moved a meeting");
    await page.waitForSelector(`.block[data-from="${added.from}"]`);
    await block.waitFor({ state: "detached", timeout: 5_000 });
  });

  test("writes names as text, hides a person on demand, and tells everything in a table", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open(people());
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator(".person .name").nth(1).textContent()).toBe("Chie <img src=x onerror=alert(1)>");
    const cells = await page.locator("#table tbody tr").first().locator("td").allTextContents();
    expect(cells.slice(0, 3)).toEqual(["09:00 to 10:00 busy", "13:00 to 17:00 tentative", "nothing"]);
    expect(await page.locator("#table tbody tr").nth(1).locator("td").nth(3).textContent()).toBe("all day out of office");
    await page.getByRole("button", { name: "Table" }).click();
    expect(await page.locator("#grid").isVisible()).toBe(false);
    await page.getByRole("button", { name: "Table" }).click();
    await page.locator('[data-person="chie"] button').press("Enter");
    expect(await page.locator('.block[data-person="chie"]').count()).toBe(0);
    expect(await page.locator('[data-person="chie"] button').getAttribute("aria-pressed")).toBe("false");
  });

  test("shows another zone and another week, and keeps the address in step", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open(people());
    await page.locator("#zone").selectOption("Asia/Tokyo");
    await page.waitForSelector('.block.out-of-office[data-person="chie"] >> text=all day, out of office');
    expect(await page.locator('.block.out-of-office[data-person="chie"]').count()).toBe(2);
    expect(page.url()).toContain("zone=Asia%2FTokyo");
    await page.locator("body").press("ArrowLeft");
    await expect.poll(() => page.locator("#week").textContent()).toBe("9 to 15 November 2026");
    await page.goto(`${server!.url}?week=2026-10-25&zone=Europe/London`);
    await page.waitForSelector(".day-head .hours");
    expect(await page.locator(".day-head .hours").textContent()).toBe("25 h");
    expect(await page.locator(".void").count()).toBe(6);
  });

  test("says how fresh each person is, and what to do about an error", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const source = people();
    source.statuses.set("ada", { freshness: "stale", lastSuccess: new Date(Date.now() - 25 * 60_000).toISOString() });
    source.statuses.set("chie", { error: { code: "auth-failed", remedy: "Connect again." } });
    const page = await open(source);
    const ada = page.locator('[data-person="ada"] .chip');
    expect([await ada.getAttribute("data-state"), await ada.locator(".age").textContent()]).toEqual(["stale", "stale, synced 25 min ago"]);
    expect(await page.locator('[data-person="chie"] .chip').getAttribute("data-state")).toBe("error");
    expect(await page.locator('[data-person="chie"] .remedy').textContent()).toBe("Connect again.");
    await page.getByRole("button", { name: "Sync now" }).click();
    await expect.poll(() => source.syncs).toBe(1);
  });

  test("recovers by itself when the server was away", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const source = people();
    const page = await open(source);
    const port = Number(new URL(server!.url).port);
    await server!.close();
    await page.waitForSelector('#live[data-state="lost"]');
    source.members[0]!.periods.push(busy("20T08:00", "20T09:00"));
    server = await serveFreeBusy(source, { port });
    await page.waitForSelector('.day[data-day="4"] .block[data-person="ada"]', { timeout: 10_000 });
    // The browser itself reports the requests that met no server.
    complaints.splice(0);
  });
});
