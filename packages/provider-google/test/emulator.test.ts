import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createEmulator } from "@emulators/core";
import { googlePlugin, seedFromConfig } from "@emulators/google";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret, type CalendarProvider, type GrantedLogin, type ProviderAccess, type PullRequest } from "@kalends/model";
import { createTransport } from "@kalends/transport";
import { googleProvider } from "../src/index.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

// An emulator of Google that somebody else wrote: npm @emulators/google 0.4.1, the newest version that installs (0.11.2 names a core that the
// registry does not have). It has OAuth, the calendar list, free-busy, and single events without sync tokens, etags, recurrence or watches: with
// what it has, the adapter must get along.

const email = "ada@example.test";
const redirectUri = "http://127.0.0.1/callback";
const verifier = "v".repeat(64);
const codeChallenge = createHash("sha256").update(verifier).digest("base64url");
const freeBusyScopes = ["https://www.googleapis.com/auth/calendar.calendarlist.readonly", "https://www.googleapis.com/auth/calendar.freebusy"];
const window = { from: Date.UTC(2026, 0, 5), to: Date.UTC(2026, 0, 12) };

let server: Server;
let origin: string;
let provider: CalendarProvider;
let transport: ReturnType<typeof createTransport>;

beforeAll(async () => {
  // Its address stands in its answers, so it is made once the port is known.
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const init: RequestInit = { method: incoming.method ?? "GET", headers: incoming.headers as Record<string, string> };
      if (chunks.length > 0) init.body = Buffer.concat(chunks);
      const response = await answer(new Request(`${origin}${incoming.url}`, init));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  const emulator = createEmulator(googlePlugin, { baseUrl: origin });
  seedFromConfig(emulator.store, origin, {
    users: [{ email, name: "Ada" }],
    oauth_clients: [{ client_id: "app", client_secret: "s3", redirect_uris: [redirectUri] }],
    calendars: [{ id: "primary", user_email: email, summary: "Ada", primary: true, time_zone: "Europe/Berlin" }],
    calendar_events: [
      { id: "e1", user_email: email, calendar_id: "primary", summary: "one", start_date_time: "2026-01-05T09:00:00Z", end_date_time: "2026-01-05T10:00:00Z" },
      { id: "e2", user_email: email, calendar_id: "primary", summary: "two", start_date_time: "2026-01-05T09:30:00Z", end_date_time: "2026-01-05T11:00:00Z" },
    ],
  });
  answer = (request) => emulator.app.fetch(request);
  transport = createTransport({ clock: systemClock, allowHosts: [host] });
  provider = googleProvider({
    ...{ transport, clock: systemClock, random: systemRandom },
    apiRoot: `${origin}/`,
    oauth: { clientId: "app", clientSecret: "s3" },
    addresses: { authorization: `${origin}/o/oauth2/v2/auth`, token: `${origin}/oauth2/token`, revocation: `${origin}/oauth2/revoke`, issuer: origin },
  });
});
afterAll(async () => {
  await transport?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
});

/** Opens the emulator's page and presses its button, as a person would. */
async function consent(scopes: string[] = freeBusyScopes): Promise<URL> {
  const address = provider.authorizationUrl?.({ redirectUri, state: "state-1", codeChallenge, scopes });
  const page = await (await fetch(address?.url ?? "")).text();
  const form = new URLSearchParams();
  for (const [, name = "", value = ""] of page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) form.set(name, value.replaceAll("&amp;", "&"));
  const action = /<form class="user-form" method="post" action="([^"]*)"/.exec(page)?.[1] ?? "";
  const answer = await fetch(`${origin}${action}`, { method: "POST", body: form, redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "");
}

async function exchange(code: string, codeVerifier = verifier): Promise<GrantedLogin> {
  if (provider.exchangeCode === undefined) throw new Error("The adapter has no consent page");
  return provider.exchangeCode({ code: new Secret(code), codeVerifier: new Secret(codeVerifier), redirectUri });
}

const accessOf = ({ credential }: GrantedLogin): ProviderAccess => ({ endpoint: {}, credential });
const codeOf = async (scopes?: string[]): Promise<string> => (await consent(scopes)).searchParams.get("code") ?? "";

function requestFor(hints: Record<string, string>): PullRequest {
  return { calendar: { remoteKey: "primary", hints }, cursor: null, pageToken: null, window, memo: new Map(), revisionsOf: async () => new Map() };
}

describe("against an independent emulator", () => {
  test("consent, code with PKCE, identity, renewal, revocation", async () => {
    const back = await consent();
    expect(back.searchParams.get("state")).toBe("state-1");
    const granted = await exchange(back.searchParams.get("code") ?? "");
    expect(granted.identity).toMatchObject({ label: email, subject: expect.stringMatching(/./) });
    expect(granted.credential).toMatchObject({ kind: "oauth", scopes: expect.arrayContaining(freeBusyScopes) });
    const renewed = await provider.renewCredential?.({ endpoint: {}, credential: granted.credential });
    expect(renewed?.accessToken.reveal()).not.toBe(granted.credential.accessToken.reveal());
    expect(renewed?.refreshToken?.reveal()).toBe(granted.credential.refreshToken?.reveal());
    await provider.revokeGrant?.({ endpoint: {}, credential: granted.credential });
    const again = provider.renewCredential?.({ endpoint: {}, credential: granted.credential });
    await expect(again).rejects.toMatchObject({ code: "grant-revoked", failure: "auth" });
  });

  test("a code is good once, and for its verifier alone", async () => {
    const code = await codeOf();
    await exchange(code);
    await expect(exchange(code)).rejects.toMatchObject({ code: "grant-revoked" });
    await expect(exchange(await codeOf(), "w".repeat(64))).rejects.toMatchObject({ code: "grant-revoked" });
  });

  test("the calendar list, and busy times by the free-busy query", async () => {
    const granted = await exchange(await codeOf());
    const access = accessOf(granted);
    const login = await provider.connect?.({ address: "", credential: granted.credential, ...(granted.identity ? { identity: granted.identity } : {}) });
    expect(login?.calendars).toMatchObject([{ remoteKey: "primary", name: "Ada", timeZone: "Europe/Berlin", readOnly: false }]);
    const [calendar] = await provider.listCalendars(access);
    const request = requestFor(calendar?.hints ?? {});
    const page = await provider.pullPage(access, request);
    const busy = page.objects.flatMap(({ events }) => events).map(({ start, end }) => [start.value, end?.value]);
    expect([page.pass, busy]).toEqual(["snapshot", [["2026-01-05T09:00:00", "2026-01-05T11:00:00"]]]);
    const quiet = await provider.pullPage(access, { ...request, cursor: page.nextCursor, memo: new Map() });
    expect([quiet.pass, quiet.objects]).toEqual(["delta", []]);
  });

  test("its list of events ends without a sync token, and is refused instead of half believed", async () => {
    const access = accessOf(await exchange(await codeOf(["https://www.googleapis.com/auth/calendar.readonly"])));
    await expect(provider.pullPage(access, requestFor({ access: "owner" }))).rejects.toMatchObject({ code: "answer-invalid", failure: "transient" });
  });

  test("an unknown access token is a refused login", async () => {
    const granted = await exchange(await codeOf());
    const credential = { ...granted.credential, accessToken: new Secret("nothing") };
    await expect(provider.listCalendars({ endpoint: {}, credential })).rejects.toMatchObject({ failure: "auth" });
  });
});
