import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { notificationPath } from "@kalends/core";
import { googleProvider } from "@kalends/provider-google";
import { seededRandom } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { baseUrl, openStage, type Browser, type Stage } from "./open-server.ts";

interface Inbound {
  method: string;
  headers?: Record<string, string | string[]>;
  query?: Record<string, string | string[]>;
  times?: number;
}

interface Entry {
  id: string;
  op: string;
  wrong: string;
  inbound: Inbound;
  expect: { outcome: string[]; must: string[] };
}

const folder = join(process.env["KALENDS_SHARED"] ?? fileURLToPath(new URL("../../../../shared", import.meta.url)), "bad-http");
const file = join(folder, "manifest.json");
const entries = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { entries: Entry[] }).entries : [];
const hooks = entries.filter(({ op }) => op === "notify");
const callbacks = entries.filter(({ op }) => op === "callback");

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A connected calendar with the manifest's channels: CH1 is open, STOPPED is not any more. */
async function openHooked() {
  const stage = await openStage({ more: [google()] });
  stage.provider.calendar("/work/");
  await connect(stage, stage.browser());
  const org = stage.store.organization("org/1");
  const [calendar] = await stage.organization.listCalendars();
  const [connection] = await stage.organization.listConnections();
  const ids = { calendarId: calendar?.id ?? "", connectionId: connection?.id ?? "", createdAt: 1, expiresAt: 9e15 };
  for (const id of ["CH1", "STOPPED"]) {
    await org.watches.add({ id, tokenDigest: sha256("TOKEN1"), ...ids });
    await org.watches.confirm(id, { resource: "RES1", expiresAt: 9e15 });
  }
  await org.watches.close(["STOPPED"]);
  await org.jobs.cancel("sync-calendar", ids.calendarId);
  return { ...stage, queued: () => org.jobs.dueAt("sync-calendar", ids.calendarId) };
}

function google() {
  const clock = { now: () => 0, setTimer: () => () => undefined, sleep: async () => undefined };
  return googleProvider({ transport: createTransport({ clock }), clock, random: seededRandom(3) });
}

async function connect(stage: Stage, browser: Browser): Promise<void> {
  const link = await browser.get(`${baseUrl}/connect/memory`);
  await browser.get(stage.provider.consent.allow(link.headers.get("location") ?? ""));
}

async function post(stage: Stage, { method, headers = {} }: Inbound): Promise<Response> {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));
  return stage.server.handle(new Request(`${baseUrl}/notifications${notificationPath("google", "org/1")}`, { method, headers: new Headers(lines) }));
}

/** The manifest's words for a status. */
const words = (status: number): string[] => [`http-${status}`, `http-${Math.floor(status / 100)}xx`];

// Ten thousand at once take their time on a busy machine.
describe(`hostile notifications (${hooks.length} entries)`, { timeout: 180_000 }, () => {
  if (hooks.length === 0) {
    test("the shared entries", (context) => context.skip("the shared folder bad-http is not here (KALENDS_SHARED names the folder)"));
    return;
  }
  test.for(hooks.map((entry) => [entry.id, entry] as const))("%s", async ([id, entry], context) => {
    if (/^hook-(graph|ews)-/.test(id)) return context.skip(`not applicable: there is no ${id.split("-")[1] ?? ""} adapter yet that reads its notifications`);
    const stage = await openHooked();
    const wrongToken = await post(stage, { ...entry.inbound, headers: { ...entry.inbound.headers, "x-goog-channel-token": "WRONG" } });
    const answers = await Promise.all(Array.from({ length: entry.inbound.times ?? 1 }, () => post(stage, entry.inbound)));
    for (const answer of answers) expect(entry.expect.outcome.some((word) => words(answer.status).includes(word)), `${id}: ${answer.status}`).toBe(true);
    for (const must of entry.expect.must) {
      if (must === "nothing-queued") expect(await stage.queued()).toBeNull();
      if (must === "one-sync-queued" || must === "syncs-merged-to-few") {
        expect(await stage.queued()).toBe(stage.clock.now());
        stage.provider.pulls.length = 0;
        await stage.engine.scheduler.drain();
        expect(stage.provider.pulls.length).toBeLessThanOrEqual(2);
      }
      if (must === "same-answer-as-a-wrong-token") {
        const [answer] = answers;
        expect([answer?.status, await answer?.text(), [...(answer?.headers ?? [])]]).toEqual([wrongToken.status, await wrongToken.text(), [...wrongToken.headers]]);
      }
    }
    await stage.close();
  });
});

describe(`hostile callbacks (${callbacks.length} entries)`, () => {
  if (callbacks.length === 0) {
    test("the shared entries", (context) => context.skip("the shared folder bad-http is not here (KALENDS_SHARED names the folder)"));
    return;
  }
  test.each(callbacks.map((entry) => [entry.id, entry] as const))("%s", async (_id, entry) => {
    const stage = await openStage();
    const browser = stage.browser();
    const stateOf = async (of: Browser): Promise<string> => {
      const link = await of.get(`${baseUrl}/connect/memory`);
      return stage.provider.consent.allow(link.headers.get("location") ?? "").searchParams.get("state") ?? "";
    };
    const other = await stage.engine.openOrganization("other");
    const tenant = stage.browser({ organizationId: "other", accountId: (await other.createAccount({})).id });
    const states: Record<string, () => Promise<string>> = {
      OK: () => stateOf(browser),
      OTHER_SESSION: () => stateOf(stage.browser()),
      OTHER_TENANT: () => stateOf(tenant),
      EXPIRED: async () => {
        const state = await stateOf(browser);
        await stage.clock.advance(600_000);
        return state;
      },
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(entry.inbound.query ?? {})) {
      for (const one of [value].flat()) query.append(name, name === "state" ? await (states[one]?.() ?? one) : one);
    }
    const response = await browser.get(`${baseUrl}/callback/memory?${query.toString()}`);
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("connect")).toBe("connect-attempt-invalid");
    expect(stage.provider.consent.exchanges).toBe(0);
    expect(await stage.organization.listConnections()).toEqual([]);
    await stage.close();
  });
});
