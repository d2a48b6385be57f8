import { createHash, createSign } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ada, bob, startGoogleRun, type GoogleRun } from "./google-run.ts";

const back = "http://127.0.0.1:9/callback";
const calendarScope = "https://www.googleapis.com/auth/calendar";
const freeBusyScope = "https://www.googleapis.com/auth/calendar.freebusy";
const verifier = "v".repeat(43);
const challenge = createHash("sha256").update(verifier).digest("base64url");

let run: GoogleRun;
beforeEach(async () => {
  run = await startGoogleRun({ clients: [{ id: "app", secret: "s3", redirectUris: [back], name: "Test & Co" }] });
});
afterEach(() => run.close());

function authorizationUrl(change: Record<string, string | null> = {}): string {
  const url = new URL(run.sandbox.endpoints.authorizationUrl);
  const params = {
    ...{ client_id: "app", redirect_uri: back, response_type: "code", scope: `openid email ${calendarScope} ${freeBusyScope}` },
    ...{ state: "st&1", code_challenge: challenge, code_challenge_method: "S256", access_type: "offline", nonce: "n1", ...change },
  };
  for (const [name, value] of Object.entries(params)) if (value !== null) url.searchParams.set(name, value);
  return url.href;
}

const redeem = (code: string | null, change: Record<string, string> = {}): ReturnType<GoogleRun["form"]> =>
  run.form(run.sandbox.endpoints.tokenUrl, {
    ...{ grant_type: "authorization_code", client_id: "app", client_secret: "s3", redirect_uri: back, code: code ?? "", code_verifier: verifier },
    ...change,
  });

const refresh = (token: string): ReturnType<GoogleRun["form"]> =>
  run.form(run.sandbox.endpoints.tokenUrl, { grant_type: "refresh_token", client_id: "app", client_secret: "s3", refresh_token: token });

describe("consent", () => {
  test("the page is a form without script; allowing leads back with code, state and iss, and the code gives tokens once", async () => {
    const page = await fetch(authorizationUrl());
    const html = await page.text();
    expect([page.status, page.headers.get("content-security-policy")]).toEqual([200, expect.stringContaining("default-src 'none'")]);
    expect(html).toContain("Test &amp; Co");
    expect(html).not.toContain("<script");
    const answer = await fetch(authorizationUrl(), { method: "POST", redirect: "manual", body: new URLSearchParams([["user", ada], ["scope", calendarScope], ["decision", "allow"]]) });
    const callback = new URL(answer.headers.get("location") ?? "");
    expect([answer.status, `${callback.origin}${callback.pathname}`]).toEqual([302, back]);
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ state: "st&1", iss: run.sandbox.endpoints.issuer, scope: `openid email ${calendarScope}` });
    const tokens = await redeem(callback.searchParams.get("code"));
    expect(tokens.body).toMatchObject({ expires_in: 3599, token_type: "Bearer", scope: `openid email ${calendarScope}`, refresh_token: expect.stringMatching(/^1\/\/0/) });
    expect(tokens.headers.get("cache-control")).toBe("no-store");
    const claims = JSON.parse(Buffer.from(tokens.body.id_token.split(".")[1], "base64url").toString());
    expect(claims).toMatchObject({ iss: run.sandbox.endpoints.issuer, aud: "app", email: ada, nonce: "n1", sub: run.sandbox.user(ada).sub });
    expect((await run.api("GET", "calendars/primary", { token: tokens.body.access_token })).body.id).toBe(ada);
    // A second use is refused and takes back what the first one gave.
    expect((await redeem(callback.searchParams.get("code"))).body.error).toBe("invalid_grant");
    expect((await run.api("GET", "calendars/primary", { token: tokens.body.access_token })).status).toBe(401);
  });

  test("cancelling, or ticking nothing, is access_denied", () => {
    for (const choice of [{ user: ada, deny: true }, { user: ada, scopes: [] }]) {
      const callback = new URL(run.sandbox.consent(authorizationUrl(), choice));
      expect(Object.fromEntries(callback.searchParams)).toEqual({ state: "st&1", iss: run.sandbox.endpoints.issuer, error: "access_denied" });
    }
  });

  test("an unknown client or another redirect address is told to the person and never sent on", async () => {
    const changes: Record<string, string>[] = [{ client_id: "else" }, { redirect_uri: `${back}/` }, { redirect_uri: "https://evil.example/" }];
    for (const change of changes) {
      const answer = await fetch(authorizationUrl(change), { redirect: "manual" });
      expect([answer.status >= 400, answer.headers.get("location")]).toEqual([true, null]);
      expect(() => run.sandbox.consent(authorizationUrl(change), { user: ada })).toThrow("refused on the page");
    }
  });

  test("plain PKCE, an unknown scope and another response type lead back with an error", async () => {
    for (const [change, error] of [
      [{ code_challenge_method: "plain" }, "invalid_request"],
      [{ code_challenge: "short" }, "invalid_request"],
      [{ scope: "https://www.googleapis.com/auth/nothing" }, "invalid_scope"],
      [{ response_type: "token" }, "unsupported_response_type"],
    ] as const) {
      const answer = await fetch(authorizationUrl(change), { redirect: "manual" });
      expect(new URL(answer.headers.get("location") ?? "").searchParams.get("error")).toBe(error);
    }
  });

  test("a second consent gives no refresh token unless consent is asked for, and adds up scopes when told to", async () => {
    const only = (url: string, scopes: string[]): string | null => new URL(run.sandbox.consent(url, { user: ada, scopes })).searchParams.get("code");
    expect((await redeem(only(authorizationUrl(), [freeBusyScope]))).body.refresh_token).toBeDefined();
    const again = await redeem(only(authorizationUrl({ include_granted_scopes: "true" }), [calendarScope]));
    expect([again.body.refresh_token, again.body.scope.split(" ").includes(freeBusyScope)]).toEqual([undefined, true]);
    expect((await redeem(only(authorizationUrl({ prompt: "consent" }), [calendarScope]))).body.refresh_token).toBeDefined();
  });
});

describe("tokens", () => {
  const code = (): string | null => new URL(run.sandbox.consent(authorizationUrl(), { user: ada })).searchParams.get("code");

  test("a code needs its verifier, its redirect address, its client and its ten minutes", async () => {
    expect((await redeem(code(), { code_verifier: "w".repeat(43) })).body.error).toBe("invalid_grant");
    expect((await redeem(code(), { redirect_uri: "http://127.0.0.1:9/other" })).body.error).toBe("redirect_uri_mismatch");
    expect((await redeem(code(), { client_secret: "wrong" })).body.error).toBe("invalid_client");
    const late = code();
    run.clock.advance(10 * 60_000);
    expect((await redeem(late)).body.error).toBe("invalid_grant");
  });

  test("access tokens age, refreshing goes on until it is revoked, at the endpoint or by the person", async () => {
    const { body } = await redeem(code());
    run.clock.advance(3_600_000);
    expect((await run.api("GET", "calendars/primary", { token: body.access_token })).body.error.errors[0].reason).toBe("authError");
    const renewed = await refresh(body.refresh_token);
    expect([renewed.status, renewed.body.refresh_token]).toEqual([200, undefined]);
    expect((await run.form(run.sandbox.endpoints.revocationUrl, { token: body.refresh_token })).status).toBe(200);
    expect((await refresh(body.refresh_token)).body.error).toBe("invalid_grant");
    expect((await run.form(run.sandbox.endpoints.revocationUrl, { token: body.refresh_token })).body.error).toBe("invalid_token");
    const second = (await redeem(code())).body;
    await fetch(`${run.sandbox.url}connections`, { method: "POST", body: new URLSearchParams({ client: "app", user: ada }) });
    expect((await refresh(second.refresh_token)).body.error).toBe("invalid_grant");
    expect((await run.api("GET", "calendars/primary", { token: second.access_token })).status).toBe(401);
  });

  test("with rotation each refresh token works once, and its second use ends the grant", async () => {
    run.sandbox.addClient({ id: "app", secret: "s3", redirectUris: [back], rotateRefreshTokens: true });
    const { body } = await redeem(code());
    const next = (await refresh(body.refresh_token)).body;
    expect(next.refresh_token).not.toBe(body.refresh_token);
    expect((await refresh(body.refresh_token)).body.error).toBe("invalid_grant");
    expect((await refresh(next.refresh_token)).body.error).toBe("invalid_grant");
  });

  test("a narrow scope reaches its own methods alone", async () => {
    const { accessToken } = run.sandbox.user(ada).grant([freeBusyScope], "app");
    const body = { timeMin: "2026-01-05T00:00:00Z", timeMax: "2026-01-06T00:00:00Z", items: [{ id: "primary" }] };
    expect((await run.api("POST", "freeBusy", { token: accessToken, body })).status).toBe(200);
    for (const path of ["users/me/calendarList", "calendars/primary/events"]) {
      const refused = await run.api("GET", path, { token: accessToken });
      expect([refused.status, refused.body.error.errors[0].reason]).toEqual([403, "insufficientPermissions"]);
    }
  });
});

describe("service accounts", () => {
  function assertion(key: { private_key: string; client_email: string }, change: Record<string, unknown> = {}): string {
    const now = run.clock.now() / 1_000;
    const claims = { iss: key.client_email, aud: run.sandbox.endpoints.tokenUrl, iat: now, exp: now + 3_600, scope: calendarScope, sub: ada, ...change };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(key.private_key, "base64url")}`;
  }
  const exchange = (text: string): ReturnType<GoogleRun["form"]> =>
    run.form(run.sandbox.endpoints.tokenUrl, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: text });

  test("act for users of a domain that delegated the scopes, and for nobody else", async () => {
    run.sandbox.addUser({ email: "cara@corp.test", hostedDomain: "corp.test" });
    const key = run.sandbox.addServiceAccount({ email: "sync@project.test", delegations: [{ domain: "corp.test", scopes: [calendarScope] }] });
    const granted = await exchange(assertion(key, { sub: "cara@corp.test" }));
    expect(granted.status).toBe(200);
    expect((await run.api("GET", "calendars/primary", { token: granted.body.access_token })).body.id).toBe("cara@corp.test");
    expect((await exchange(assertion(key, { sub: bob }))).body.error).toBe("unauthorized_client");
    expect((await exchange(assertion(key, { sub: "cara@corp.test", scope: freeBusyScope }))).body.error).toBe("unauthorized_client");
    for (const change of [{ exp: run.clock.now() / 1_000 + 7_200 }, { aud: "https://else.example/token" }, { iss: "nobody@project.test" }]) {
      expect((await exchange(assertion(key, { sub: "cara@corp.test", ...change }))).body.error).toBe("invalid_grant");
    }
    const [head, , signature] = assertion(key).split(".");
    const forged = Buffer.from(JSON.stringify({ iss: key.client_email, sub: "cara@corp.test" })).toString("base64url");
    expect((await exchange(`${head}.${forged}.${signature}`)).body.error).toBe("invalid_grant");
  });
});

test("the log holds no code, no token and no secret", async () => {
  const callback = new URL(run.sandbox.consent(authorizationUrl(), { user: ada }));
  const { body } = await redeem(callback.searchParams.get("code"));
  await run.api("GET", "calendars/primary", { token: body.access_token });
  const text = JSON.stringify(run.sandbox.requests);
  for (const secret of [callback.searchParams.get("code") ?? "", body.access_token, body.refresh_token, "s3", verifier]) expect(text).not.toContain(secret);
  expect(run.sandbox.requests.at(-1)).toMatchObject({ api: "calendar.calendars.get", user: ada, status: 200 });
});
