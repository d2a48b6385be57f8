import { inspect } from "node:util";
import { expect, test } from "vitest";
import { openSqliteStore } from "@kalends/store-sqlite";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock, memoryProvider } from "@kalends/testing";
import { baseUrl, openStage } from "./open-server.ts";

const forms = (text: string): string[] => {
  const bytes = Buffer.from(text);
  return [text, bytes.toString("base64").replace(/=+$/, ""), bytes.toString("base64url"), bytes.toString("hex"), encodeURIComponent(text)];
};

test("code, state, verifier, binding, tokens: in no log, no address of ours, no answer, and no byte of the database", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalends-canaries-"));
  const provider = memoryProvider();
  const exchange = provider.exchangeCode?.bind(provider);
  const secrets = new Set<string>();
  provider.exchangeCode = async (request) => {
    secrets.add(request.code.reveal()).add(request.codeVerifier.reveal());
    const granted = await exchange?.(request);
    if (granted === undefined) throw new Error("no exchange");
    secrets.add(granted.credential.accessToken.reveal());
    return granted;
  };
  provider.calendar("/work/");
  const store = await openSqliteStore({ path: join(folder, "kalends.db"), clock: fakeClock() });
  const stage = await openStage({ provider, store });
  const browser = stage.browser();
  const bodies: string[] = [];
  for (const login of ["ada@example.test", "eve@example.test"]) {
    const asked = (await browser.get(`${baseUrl}/connect/memory`)).headers.get("location") ?? "";
    browser.seen.pop();
    secrets.add(new URL(asked).searchParams.get("state") ?? "");
    for (const value of browser.cookies.values()) secrets.add(value.split(".")[1] ?? "");
    // Once refused and once accepted: neither may tell.
    const back = stage.provider.consent.allow(asked, { login });
    const refused = new URL(back);
    refused.searchParams.set("iss", "https://evil.example");
    const response = await browser.get(login.startsWith("eve") ? refused : back);
    bodies.push(await response.text(), inspect([...response.headers]));
  }
  await stage.engine.scheduler.drain();
  for (const channel of provider.watches.open) secrets.add(channel.token);
  expect(provider.watches.open.length).toBeGreaterThan(0);
  expect(secrets.size).toBeGreaterThanOrEqual(8);
  await stage.close();
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString("latin1"));
  const places = { logs: stage.logged.join("\n"), addresses: browser.seen.join("\n"), answers: bodies.join("\n"), database: files.join("\n") };
  expect(places.database.length).toBeGreaterThan(10_000);
  for (const secret of secrets) {
    for (const [place, text] of Object.entries(places)) {
      for (const form of forms(secret)) expect(text.includes(form), `${secret.slice(0, 14)}... in ${place}`).toBe(false);
    }
  }
  rmSync(folder, { recursive: true });
});
