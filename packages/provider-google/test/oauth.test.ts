import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret, type OAuthCredential } from "@kalends/model";
import { googleProvider } from "@kalends/provider-google";
import { ada, openGoogleHarness, type GoogleHarness } from "./google-harness.ts";
import { credential, scriptedGoogle, type ScriptedAnswer } from "./scripted-google.ts";

const scope = "https://www.googleapis.com/auth/calendar";
const redirectUri = "http://127.0.0.1/callback";
const verifier = "v".repeat(64);
const codeChallenge = createHash("sha256").update(verifier).digest("base64url");
let harness: GoogleHarness;

beforeAll(async () => {
  harness = await openGoogleHarness({ clients: [{ id: "sandbox-client", secret: "sandbox-secret", redirectUris: [redirectUri] }] });
});
afterAll(async () => {
  await harness.close();
  expect(harness.checker?.problems ?? []).toEqual([]);
});

async function consented(): Promise<{ credential: OAuthCredential; subject: string | undefined }> {
  const { provider, sandbox } = harness;
  const address = provider.authorizationUrl?.({ redirectUri, state: "state-1", codeChallenge, scopes: [scope] });
  if (address === undefined || provider.exchangeCode === undefined) throw new Error("The adapter has no consent page");
  const back = new URL(sandbox.consent(address.url, { user: ada }));
  expect(back.searchParams.get("state")).toBe("state-1");
  const granted = await provider.exchangeCode({ code: new Secret(back.searchParams.get("code") ?? ""), codeVerifier: new Secret(verifier), redirectUri });
  return { credential: granted.credential, subject: granted.identity?.subject };
}

describe("the consent page and what follows, on the sandbox", () => {
  test("the address asks for offline access with PKCE, and holds no secret", () => {
    const address = harness.provider.authorizationUrl?.({ redirectUri, state: "s", codeChallenge, scopes: [scope], loginHint: ada });
    const query = Object.fromEntries(new URL(address?.url ?? "").searchParams);
    expect(query).toEqual({
      ...{ client_id: "sandbox-client", redirect_uri: redirectUri, response_type: "code", scope: `openid ${scope}`, state: "s", code_challenge: codeChallenge },
      ...{ code_challenge_method: "S256", access_type: "offline", prompt: "consent", include_granted_scopes: "true", login_hint: ada },
    });
    expect(address?.issuer).toBe(harness.sandbox.endpoints.issuer);
  });

  test("code, connect, renew, revoke", async () => {
    const { provider, sandbox } = harness;
    const { credential: first, subject } = await consented();
    expect(subject).toBe(sandbox.user(ada).sub);
    expect(first.scopes).toContain(scope);
    expect(first.refreshToken).not.toBeNull();
    const login = await provider.connect?.({ address: "", credential: first, identity: { subject: subject ?? "", label: null } });
    expect(login).toMatchObject({ remoteIdentity: `google:${subject}`, label: ada, endpoint: { login: ada } });
    const renewed = await provider.renewCredential?.({ endpoint: {}, credential: first });
    expect(renewed?.accessToken.reveal()).not.toBe(first.accessToken.reveal());
    expect(renewed?.scopes).toContain(scope);
    await provider.revokeGrant?.({ endpoint: {}, credential: renewed ?? first });
    await provider.revokeGrant?.({ endpoint: {}, credential: renewed ?? first });
    await expect(provider.renewCredential?.({ endpoint: {}, credential: renewed ?? first })).rejects.toMatchObject({ code: "grant-revoked", failure: "auth" });
  });

  test("a code is good once, and for its verifier alone", async () => {
    const { provider, sandbox } = harness;
    const address = provider.authorizationUrl?.({ redirectUri, state: "s", codeChallenge, scopes: [scope] })?.url ?? "";
    const code = new Secret(new URL(sandbox.consent(address, { user: ada })).searchParams.get("code") ?? "");
    await expect(provider.exchangeCode?.({ code, codeVerifier: new Secret("w".repeat(64)), redirectUri })).rejects.toMatchObject({ code: "grant-revoked" });
  });

  test("a refused token is renewed once, and the request repeated", async () => {
    const { provider, sandbox } = harness;
    const { credential: first } = await consented();
    sandbox.expireAccessTokens();
    let renewals = 0;
    const access = {
      endpoint: { login: ada },
      credential: first,
      renew: async (refused: OAuthCredential | unknown) => {
        renewals += 1;
        return (await provider.renewCredential?.({ endpoint: {}, credential: refused as OAuthCredential })) ?? first;
      },
    };
    expect((await provider.listCalendars(access)).length).toBeGreaterThan(0);
    expect(renewals).toBe(1);
    sandbox.user(ada).revoke();
    await expect(provider.listCalendars({ ...access, credential: first })).rejects.toMatchObject({ code: "grant-revoked" });
  });
});

describe("a service account for a domain, on the sandbox", () => {
  test("one key opens many accounts; nobody's credential is anywhere; who is not delegated is refused", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `user-${index}@corp.example`);
    for (const email of names) harness.sandbox.addUser({ email, hostedDomain: "corp.example" });
    harness.sandbox.addUser({ email: "out@other.example", hostedDomain: "other.example" });
    const key = harness.sandbox.addServiceAccount({ email: "robot@project.example", delegations: [{ domain: "corp.example", scopes: [scope] }] });
    const provider = googleProvider({ ...harness.options, serviceAccount: { clientEmail: key.client_email, privateKey: key.private_key, keyId: key.private_key_id, scopes: [scope] } });
    harness.sandbox.forgetRequests();
    const logins = await Promise.all(names.map((subject) => provider.connect?.({ address: subject, credential: { kind: "delegated", subject } })));
    expect(logins.map((login) => login?.label)).toEqual(names);
    // A token is made once for each user, and its requests count for that user.
    await provider.listCalendars({ endpoint: { login: names[0] ?? "" }, credential: { kind: "delegated", subject: names[0] ?? "" } });
    expect(harness.sandbox.requests.filter(({ path }) => path === "/token")).toHaveLength(50);
    expect(new Set(harness.sandbox.requests.flatMap(({ query }) => query["quotaUser"] ?? [])).size).toBe(50);
    const refused = await provider.connect?.({ address: "", credential: { kind: "delegated", subject: "out@other.example" } }).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: "auth-failed", remedy: expect.stringContaining("administrator") as string });
    expect(inspect([provider, refused, logins], { depth: 9, showHidden: true })).not.toContain(key.private_key.split("\n")[1]);
  });

  test("without a service account, and with a key that is none, the error says so", async () => {
    await expect(harness.provider.connect?.({ address: "", credential: { kind: "delegated", subject: ada } })).rejects.toMatchObject({ code: "auth-unsupported" });
    const serviceAccount = { clientEmail: "x", privateKey: "canary-key", scopes: [] };
    expect(() => googleProvider({ ...harness.options, serviceAccount })).toThrow(expect.objectContaining({ code: "invalid-argument", message: expect.not.stringContaining("canary") as string }) as Error);
  });
});

describe("answers of the token endpoint", () => {
  const renew = (answer: ScriptedAnswer): Promise<OAuthCredential | undefined> => {
    const { provider } = scriptedGoogle(() => answer, { oauth: { clientId: "c", clientSecret: "client-canary" } });
    return provider.renewCredential?.({ endpoint: {}, credential: credential(["old"]) }) ?? Promise.resolve(undefined);
  };

  test.each([
    [{ status: 400, json: { error: "invalid_grant" } }, "grant-revoked"],
    [{ status: 200, json: { error: "invalid_grant" } }, "grant-revoked"],
    [{ status: 401, json: { error: "invalid_client" } }, "auth-failed"],
    [{ status: 401, json: { error: "unauthorized_client" } }, "auth-failed"],
    [{ status: 400, json: { error: "refresh-canary" } }, "answer-invalid"],
    [{ status: 500, text: "oops" }, "server-error"],
    [{ status: 429, json: {}, headers: { "retry-after": "7" } }, "rate-limited"],
    [{ json: { access_token: "at", token_type: "mac" } }, "auth-unsupported"],
    [{ json: {} }, "answer-invalid"],
    [{ text: '{"access_token":"at"' }, "response-incomplete"],
    [{ text: "<html>login</html>", headers: { "content-type": "text/html" } }, "not-calendar-data"],
  ] as [ScriptedAnswer, string][])("%j is %s, without a secret in it", async (answer, code) => {
    const thrown: unknown = await renew(answer).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code });
    expect(inspect(thrown, { depth: 9 })).not.toContain("canary");
  });

  test("no new refresh token keeps the old one; no expires_in is a short life; no scope is the old ones", async () => {
    const renewed = await renew({ json: { access_token: "at", token_type: "bearer" } });
    expect(renewed?.refreshToken?.reveal()).toBe("refresh-canary");
    expect(renewed).toMatchObject({ scopes: ["old"], expiresAt: Date.parse("2026-11-20T12:05:00Z") });
  });

  test("a client that is refused is no fault of the user", async () => {
    expect(await renew({ status: 401, json: { error: "invalid_client" } }).catch((error: unknown) => error)).toMatchObject({ failure: "permanent" });
  });

  test("secrets travel in the body of the request", async () => {
    const { provider, requests } = scriptedGoogle(() => ({ json: { access_token: "at" } }), { oauth: { clientId: "c", clientSecret: "client-canary" } });
    await provider.renewCredential?.({ endpoint: {}, credential: credential() });
    expect(requests[0]?.body).toContain("client-canary");
    expect(`${requests[0]?.query.toString()} ${requests[0]?.path}`).not.toContain("canary");
  });
});
