import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import type { Kalends } from "kalends";
import type { DemoWorld } from "@kalends/sandbox";
import { kalendsSource, serveFreeBusy, type FreeBusyServer } from "../src/server.ts";
import { hasBrowser, openBrowser, type OpenBrowser } from "./open-browser.ts";
import { openWorld, type OpenWorld } from "./open-world.ts";

const day = 86_400_000;

let opened: OpenWorld;
let world: DemoWorld;
let kalends: Kalends;
let server: FreeBusyServer;
let browser: OpenBrowser | undefined;
let ada: string;
let bruno: string;

beforeAll(async () => {
  opened = await openWorld({ seed: 5 });
  ({ world, kalends } = opened);
  ada = opened.accounts.get("ada") ?? "";
  bruno = opened.accounts.get("bruno") ?? "";
  await kalends.sync();
  kalends.start();
  server = await serveFreeBusy(kalendsSource(kalends), { zone: "Europe/London" });
  if (hasBrowser) browser = await openBrowser({ width: 1280, height: 800 });
});
afterEach(async () => {
  world.sandbox.faults.clear();
  world.google.faults.clear();
  for (const page of browser?.context.pages() ?? []) await page.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await opened?.close();
});

/** The Saturday of this week: nobody in the demo world has anything on it. */
function saturdayOf(now: number): string {
  const weekday = (Math.floor(now / day) + 3) % 7;
  return new Date(now + (5 - weekday) * day).toISOString().slice(0, 10);
}

const saturday = saturdayOf(Date.now());

function meeting(from: string, to: string): string {
  const date = saturday.replaceAll("-", "");
  const times = [`DTSTART:${date}T${from}Z`, `DTEND:${date}T${to}Z`];
  const lines = ["BEGIN:VEVENT", "UID:live@test", "DTSTAMP:20260101T000000Z", ...times, "SUMMARY:Secret plan", "END:VEVENT"];
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

async function open(): Promise<Page> {
  const page = await browser!.context.newPage();
  await page.goto(`${server.url}?week=${saturday}&zone=Europe/London`);
  await page.waitForSelector(".block[data-person]");
  return page;
}

describe("the whole line, from an edit at the server to the page", () => {
  test("every person has blocks of every kind that the calendars hold", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open();
    expect(await page.locator(".person").count()).toBe(4);
    for (const { id } of await kalends.listAccounts()) expect(await page.locator(`.block[data-person="${id}"]`).count()).toBeGreaterThan(4);
    for (const kind of ["busy", "tentative", "out-of-office", "working-elsewhere"]) {
      expect(await page.locator(`.block.${kind}[data-person]`).count()).toBeGreaterThan(0);
    }
    expect(await page.locator('.chip[data-state="fresh"]').count()).toBe(6);
  });

  test("an added event appears as a block, moves, and leaves, without anybody asking for a sync", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open();
    const blocks = page.locator(`.day[data-day="5"] .block[data-person="${bruno}"]`);
    expect(await blocks.count()).toBe(0);
    const work = world.sandbox.user("bruno").calendar("work");
    work.put("live@test", meeting("100000", "113000"));
    await blocks.waitFor({ timeout: 15_000 });
    expect(await blocks.getAttribute("data-from")).toContain("T10:00:00.000Z");
    await page.getByText("Bruno Carvalho: event added").waitFor();
    expect(await page.content()).not.toContain("Secret plan");

    work.put("live@test", meeting("140000", "150000"));
    await page.waitForSelector('.day[data-day="5"] .block[data-from$="T14:00:00.000Z"]', { timeout: 15_000 });
    work.remove("live@test");
    await expect.poll(() => blocks.count(), { timeout: 15_000 }).toBe(0);
  });

  test("the same at Google", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open();
    const blocks = page.locator(`.day[data-day="5"] .block[data-person="${ada}"]`);
    expect(await blocks.count()).toBe(0);
    const times = (from: string, to: string): object => ({ start: { dateTime: `${saturday}T${from}:00Z` }, end: { dateTime: `${saturday}T${to}:00Z` } });
    const work = world.google.user("ada@google.sandbox.test").calendar();
    const { id } = work.insert({ summary: "Secret plan", ...times("10:00", "11:30") });
    await blocks.waitFor({ timeout: 15_000 });
    expect(await blocks.getAttribute("data-from")).toContain("T10:00:00.000Z");
    expect(await page.content()).not.toContain("Secret plan");
    work.patch(id, { ...times("14:00", "15:00") });
    await page.waitForSelector('.day[data-day="5"] .block[data-from$="T14:00:00.000Z"]', { timeout: 15_000 });
    work.delete(id);
    await expect.poll(() => blocks.count(), { timeout: 15_000 }).toBe(0);
  });

  test("a server that refuses shows as an error with a remedy while the blocks stay, and heals", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open();
    const count = await page.locator(`.block[data-person="${bruno}"]`).count();
    world.sandbox.faults.next({ path: "/calendars/bruno/", status: 500, times: Number.POSITIVE_INFINITY });
    await page.waitForSelector(`[data-person="${bruno}"] .chip[data-state="error"] >> text=server-error`, { timeout: 20_000 });
    expect(await page.locator(`.block[data-person="${bruno}"]`).count()).toBe(count);
    world.sandbox.faults.clear();
    await page.waitForSelector(`[data-person="${bruno}"] .chip[data-state="error"]`, { state: "detached", timeout: 25_000 });
  });
});
