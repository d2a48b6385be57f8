import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { kalendsDesk, kalendsSource, serveFreeBusy, type FreeBusyServer } from "../src/server.ts";
import { hasBrowser, openBrowser, type OpenBrowser } from "./open-browser.ts";
import { client, openWorld, type OpenWorld } from "./open-world.ts";

const danaMail = "dana@google.sandbox.test";

let opened: OpenWorld;
let server: FreeBusyServer;
let browser: OpenBrowser | undefined;
let dana: string;

beforeAll(async () => {
  opened = await openWorld({ seed: 11, unconnected: "dana" });
  const { kalends, world } = opened;
  dana = opened.accounts.get("dana") ?? "";
  await kalends.sync();
  kalends.start();
  server = await serveFreeBusy(kalendsSource(kalends, { connect: [{ provider: "google", name: "Google Calendar" }] }), {
    zone: "Europe/London",
    connect(pageUrl) {
      const desk = kalendsDesk(kalends, pageUrl);
      world.google.addClient({ ...client, redirectUris: [desk.callbackOf("google")] });
      return desk;
    },
  });
  if (hasBrowser) browser = await openBrowser({ width: 1280, height: 800 });
});
afterEach(async () => {
  for (const page of browser?.context.pages() ?? []) await page.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await opened?.close();
});

async function open(): Promise<Page> {
  const page = await browser!.context.newPage();
  await page.goto(server.url);
  await page.waitForSelector('#live[data-state="live"]');
  await page.waitForSelector(`[data-person="${dana}"]`);
  return page;
}

const card = (page: Page): ReturnType<Page["locator"]> => page.locator(`.person[data-person="${dana}"]`);
const blocks = (page: Page): ReturnType<Page["locator"]> => page.locator(`.block[data-person="${dana}"]`);

/** On Google's page: checks that it is the right one, and allows. */
async function allow(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Team page wants to access your account" }).waitFor();
  expect(page.url().startsWith(opened.world.google.endpoints.authorizationUrl)).toBe(true);
  await page.getByRole("radio", { name: danaMail }).check();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL((url) => url.href.startsWith(server.url));
}

const connectionOf = async (): Promise<{ connectionId: string; state: string } | undefined> =>
  (await opened.kalends.status()).find(({ accountId, state }) => accountId === dana && state !== "disconnected");

describe("connecting in a browser", () => {
  test("refusing on Google's page changes nothing and says so", async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open();
    await card(page).getByRole("button", { name: "Connect Google Calendar" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Not connected: access was not allowed.").waitFor();
    expect(await connectionOf()).toBeUndefined();
    expect(page.url()).toBe(server.url);
  });

  test("connect, consent, busy times appear; revoked at Google, the banner asks, and reconnecting mends in place", { timeout: 120_000 }, async (context) => {
    if (!hasBrowser) context.skip("chromium is not installed");
    const page = await open();
    const addresses: string[] = [];
    page.on("framenavigated", (frame) => addresses.push(frame.url()));
    expect(await blocks(page).count()).toBe(0);
    await card(page).getByRole("button", { name: "Connect Google Calendar" }).click();
    await allow(page);
    await page.getByText("Connected. The calendars are being read.").waitFor();
    await blocks(page).first().waitFor({ timeout: 20_000 });
    expect(await page.locator("#banner").isVisible()).toBe(false);
    const before = await connectionOf();
    expect(before?.state).toBe("connected");

    // Dana takes access back on Google's own page, in another tab.
    const other = await browser!.context.newPage();
    await other.goto(`${opened.world.google.url}connections`);
    const entry = other.locator("form", { hasText: danaMail });
    await entry.getByRole("button", { name: "Remove access" }).click();
    await expect.poll(() => other.locator("form", { hasText: danaMail }).count()).toBe(0);
    await other.close();

    const banner = page.locator(`#banner [data-person="${dana}"]`);
    await banner.waitFor({ timeout: 20_000 });
    expect(await banner.textContent()).toContain("Dana Rivera's Google Calendar can no longer be read.");
    expect(await blocks(page).count()).toBeGreaterThan(0);
    expect(await connectionOf()).toMatchObject({ connectionId: before?.connectionId, state: "needs-reauth" });

    await banner.getByRole("button", { name: "Reconnect" }).click();
    await allow(page);
    await blocks(page).first().waitFor({ timeout: 20_000 });
    await expect.poll(() => page.locator("#banner").isVisible(), { timeout: 20_000 }).toBe(false);
    expect(await connectionOf()).toMatchObject({ connectionId: before?.connectionId, state: "connected" });

    // A change at Google afterwards arrives again.
    const count = await blocks(page).count();
    const today = new Date().toISOString().slice(0, 10);
    const at = (hour: string): { dateTime: string } => ({ dateTime: `${today}T${hour}:00Z` });
    opened.world.google.user(danaMail).calendar().insert({ summary: "Secret plan", start: at("02:10"), end: at("02:50") });
    await expect.poll(() => blocks(page).count(), { timeout: 20_000 }).toBeGreaterThan(count);
    expect(await page.content()).not.toContain("Secret plan");

    // Where the browser was: no address that it came to rest at holds a code or a state of ours.
    for (const address of addresses.filter((url) => url.startsWith(server.url))) expect(address).not.toMatch(/[?&](code|state)=/);
  });

  test("another site cannot begin it, and an unknown person is refused", async () => {
    const ask = (origin: string, personId: string): Promise<Response> =>
      fetch(`${server.url}api/connect`, { method: "POST", headers: { origin }, body: JSON.stringify({ personId, provider: "google" }) });
    const own = server.url.slice(0, -1);
    expect((await ask("https://evil.example", dana)).status).toBe(403);
    expect((await ask(own, "nobody")).status).toBe(400);
    expect((await fetch(`${server.url}api/connect`, { method: "POST", headers: { origin: own }, body: "x".repeat(5_000) })).status).toBe(400);
    const allowed = await ask(own, dana);
    expect([allowed.status, allowed.headers.get("set-cookie")]).toEqual([200, expect.stringMatching(/HttpOnly; SameSite=Lax/)]);
    // Without the cookie nobody is known, and nobody is sent anywhere.
    const { address } = (await allowed.json()) as { address: string };
    expect((await fetch(address, { redirect: "manual" })).status).toBe(401);
  });
});
