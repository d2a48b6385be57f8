import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { CompletedConnect, CompleteConnectInput } from "@kalends/core";
import { KalendsError, Secret } from "@kalends/model";
import { memoryProvider } from "@kalends/testing";
import { openTestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

const redirectUri = "https://app.example/callback/memory";

async function openFlow() {
  const t = await openTestEngine();
  t.provider.calendar("/work/").put("/1.ics", sampleObject("1"));
  const account = await t.organization.createAccount({});
  const begin = (over: object = {}) => t.organization.beginConnect({ accountId: account.id, provider: "memory", redirectUri, scopes: ["read"], ...over });
  return { ...t, account, begin };
}

/** What the application hands over when the browser is back at that address. */
function answerOf(back: URL, binding: Secret, over: Partial<CompleteConnectInput> = {}): CompleteConnectInput {
  const { state = "", code, error, iss } = Object.fromEntries(back.searchParams) as { state?: string; code?: string; error?: string; iss?: string };
  return {
    answer: { state, ...(code === undefined ? {} : { code: new Secret(code) }), ...(error === undefined ? {} : { error }), ...(iss === undefined ? {} : { issuer: iss }) },
    binding, provider: "memory", redirectUri, ...over,
  };
}

const codeOf = (completed: CompletedConnect): string => (completed.ok ? "ok" : completed.error.code);

async function thrownCode(call: Promise<unknown>): Promise<string> {
  return call.then(() => "nothing", (thrown: unknown) => (thrown as KalendsError).code);
}

describe("the consent flow", () => {
  test("a user who allows it has a connection, its calendars, and no more attempt", async () => {
    const t = await openFlow();
    const begun = await t.begin({ returnTo: "https://app.example/done" });
    const asked = new URL(begun.url).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("redirect_uri")).toBe(redirectUri);
    expect(begun.attempt).toBe(createHash("sha256").update(asked.get("state") ?? "").digest("hex"));
    expect(Date.parse(begun.expiresAt) - t.clock.now()).toBe(600_000);
    const answer = answerOf(t.provider.consent.allow(begun.url), begun.binding);
    const completed = await t.organization.completeConnect(answer);
    expect(completed).toMatchObject({ ok: true, accountId: t.account.id, returnTo: "https://app.example/done", result: { reconnected: false } });
    const [connection] = await t.organization.listConnections(t.account.id);
    expect(connection).toMatchObject({ state: "connected", remoteIdentity: "ada@example.test", label: "ada@example.test", grantedScopes: ["read"] });
    expect((await t.organization.sync()).ok).toBe(true);
    // The address is called a second time: the state is used up, and nobody is asked.
    expect(await thrownCode(t.organization.completeConnect(answer))).toBe("connect-attempt-invalid");
    expect(t.provider.consent.exchanges).toBe(1);
    await t.store.close();
  });

  test("the same login again mends its connection; a reconnect takes no other login", async () => {
    const t = await openFlow();
    const first = await t.begin();
    const made = await t.organization.completeConnect(answerOf(t.provider.consent.allow(first.url), first.binding));
    if (!made.ok) throw made.error;
    const { connection } = made.result;
    const again = await t.begin();
    expect(await t.organization.completeConnect(answerOf(t.provider.consent.allow(again.url), again.binding))).toMatchObject({
      ok: true, result: { reconnected: true, connection: { id: connection.id } },
    });
    const reconnect = await t.begin({ connectionId: connection.id });
    expect(new URL(reconnect.url).searchParams.get("login_hint")).toBe("ada@example.test");
    const before = await t.store.organization("org").credentials.get(connection.id);
    const other = await t.organization.completeConnect(answerOf(t.provider.consent.allow(reconnect.url, { login: "eve@example.test" }), reconnect.binding));
    expect(codeOf(other)).toBe("account-mismatch");
    expect(await t.store.organization("org").credentials.get(connection.id)).toEqual(before);
    expect(await t.organization.listConnections()).toHaveLength(1);
    const right = await t.begin({ connectionId: connection.id });
    expect(codeOf(await t.organization.completeConnect(answerOf(t.provider.consent.allow(right.url), right.binding)))).toBe("ok");
    await t.store.close();
  });

  test("answers that are not as they must be are refused, and the provider is asked nothing", async () => {
    const t = await openFlow();
    const other = await t.organization.createAccount({});
    const refusals: [string, (back: URL, binding: Secret) => CompleteConnectInput][] = [
      ["another provider's address", (back, binding) => answerOf(back, binding, { provider: "other" })],
      ["another address", (back, binding) => answerOf(back, binding, { redirectUri: `${redirectUri}/` })],
      ["another account is logged in", (back, binding) => answerOf(back, binding, { accountId: other.id })],
      ["another issuer", (back, binding) => answerOf(with_(back, "iss", "https://evil.example"), binding)],
      ["an issuer that only looks alike", (back, binding) => answerOf(with_(back, "iss", "https://memory.example/"), binding)],
      ["no issuer", (back, binding) => answerOf(with_(back, "iss", null), binding)],
      ["a code and an error", (back, binding) => answerOf(with_(back, "error", "access_denied"), binding)],
      ["neither", (back, binding) => answerOf(with_(back, "code", null), binding)],
      ["an empty code", (back, binding) => answerOf(with_(back, "code", ""), binding)],
      ["an endless code", (back, binding) => answerOf(with_(back, "code", "a".repeat(5_000)), binding)],
    ];
    for (const [name, input] of refusals) {
      const begun = await t.begin();
      const back = t.provider.consent.allow(begun.url);
      expect(`${name}: ${codeOf(await t.organization.completeConnect(input(back, begun.binding)))}`).toBe(`${name}: connect-attempt-invalid`);
      // Used up: the right answer comes too late.
      expect(await thrownCode(t.organization.completeConnect(answerOf(back, begun.binding)))).toBe("connect-attempt-invalid");
    }
    const begun = await t.begin();
    const back = t.provider.consent.allow(begun.url);
    expect(await thrownCode(t.organization.completeConnect(answerOf(back, new Secret("another browser"))))).toBe("connect-attempt-invalid");
    expect(await thrownCode(t.organization.completeConnect(answerOf(with_(back, "state", "guessed"), begun.binding)))).toBe("connect-attempt-invalid");
    const foreign = await t.engine.openOrganization("other");
    expect(await thrownCode(foreign.completeConnect(answerOf(back, begun.binding)))).toBe("connect-attempt-invalid");
    expect(t.provider.consent.exchanges).toBe(0);
    // None of that spoiled it for the browser that began.
    expect(codeOf(await t.organization.completeConnect(answerOf(back, begun.binding)))).toBe("ok");
    await t.store.close();
  });

  test("after ten minutes the attempt is over", async () => {
    const t = await openFlow();
    const [early, late] = [await t.begin(), await t.begin()];
    await t.clock.advance(599_999);
    expect(codeOf(await t.organization.completeConnect(answerOf(t.provider.consent.allow(early.url), early.binding)))).toBe("ok");
    await t.clock.advance(1);
    expect(await thrownCode(t.organization.completeConnect(answerOf(t.provider.consent.allow(late.url), late.binding)))).toBe("connect-attempt-invalid");
    await t.store.close();
  });

  test("a code of another attempt is void: its verifier does not fit", async () => {
    const t = await openFlow();
    const [mine, stolen] = [await t.begin(), await t.begin()];
    const [back, theirs] = [t.provider.consent.allow(mine.url), t.provider.consent.allow(stolen.url)];
    const injected = with_(back, "code", theirs.searchParams.get("code"));
    expect(codeOf(await t.organization.completeConnect(answerOf(injected, mine.binding)))).toBe("grant-revoked");
    expect(await t.organization.listConnections()).toEqual([]);
    await t.store.close();
  });

  test("what a provider says instead of a code becomes a code of ours, and no text of the caller's", async () => {
    const t = await openFlow();
    const said: [string, string][] = [["access_denied", "consent-denied"], ["temporarily_unavailable", "server-error"], ["invalid_scope", "permission-denied"]];
    for (const [word, code] of said) {
      const begun = await t.begin();
      expect(codeOf(await t.organization.completeConnect(answerOf(t.provider.consent.deny(begun.url, word), begun.binding)))).toBe(code);
    }
    const begun = await t.begin();
    const hostile = await t.organization.completeConnect(answerOf(t.provider.consent.deny(begun.url, "<script>\r\nx"), begun.binding));
    expect(inspect(hostile)).not.toMatch(/script/);
    expect(codeOf(hostile)).toBe("permission-denied");
    expect(t.provider.consent.exchanges).toBe(0);
    await t.store.close();
  });

  test("a fault at the token endpoint is told, and a new attempt goes through", async () => {
    const t = await openFlow();
    t.provider.consent.faults.push(new KalendsError("network-timeout", "no answer"));
    const begun = await t.begin();
    expect(codeOf(await t.organization.completeConnect(answerOf(t.provider.consent.allow(begun.url), begun.binding)))).toBe("network-timeout");
    const again = await t.begin();
    expect(codeOf(await t.organization.completeConnect(answerOf(t.provider.consent.allow(again.url), again.binding)))).toBe("ok");
    await t.store.close();
  });

  test("scopes follow from the features; a user who unticks one hears of it, and a working credential is not replaced by less", async () => {
    const provider = memoryProvider({ id: "google" });
    const t = await openTestEngine({ provider });
    const account = await t.organization.createAccount({});
    const google = { provider: "google", redirectUri: "https://app.example/callback/google" };
    const begun = await t.organization.beginConnect({ ...google, accountId: account.id });
    const asked = new URL(begun.url).searchParams.get("scope")?.split(" ") ?? [];
    expect(asked.map((scope) => scope.slice(scope.lastIndexOf("/") + 1)).sort()).toEqual(["calendar.calendarlist.readonly", "calendar.events.readonly", "openid"]);
    const made = await t.organization.completeConnect(answerOf(provider.consent.allow(begun.url), begun.binding, google));
    expect(codeOf(made)).toBe("ok");
    const again = await t.organization.beginConnect({ ...google, accountId: account.id });
    const before = await t.organization.listConnections();
    const less = await t.organization.completeConnect(answerOf(provider.consent.allow(again.url, { scopes: ["openid"] }), again.binding, google));
    expect(codeOf(less)).toBe("scope-missing");
    expect(await t.organization.listConnections()).toEqual(before);
    await t.store.close();
  });

  test("what cannot begin says why", async () => {
    const t = await openFlow();
    const begin = (over: object): Promise<string> => thrownCode(t.begin(over));
    expect(await begin({ accountId: "acc_nobody" })).toBe("not-found");
    expect(await begin({ connectionId: "con_none" })).toBe("not-found");
    expect(await begin({ provider: "none" })).toBe("provider-unknown");
    expect(await begin({ redirectUri: "/callback" })).toBe("invalid-argument");
    expect(await begin({ redirectUri: "https://app.example/#x" })).toBe("invalid-argument");
    expect(await begin({ scopes: ["a b"] })).toBe("invalid-argument");
    expect(await begin({ returnTo: "" })).toBe("invalid-argument");
    await t.store.close();
  });
});

function with_(url: URL, name: string, value: string | null): URL {
  const changed = new URL(url);
  if (value === null) changed.searchParams.delete(name);
  else changed.searchParams.set(name, value);
  return changed;
}
