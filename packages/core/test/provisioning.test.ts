import { describe, expect, test } from "vitest";
import { Secret } from "@kalends/model";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";

const credential = { kind: "password", username: "ada", password: new Secret("correct horse") } as const;

async function provisionedAndConnected(t: TestEngine): Promise<{ accountId: string; connectionId: string }> {
  const user = await t.organization.provisioning.createUser({ userName: "Ada@Example.test", externalId: "idp-1", active: true, attributes: "{}" });
  const { connection } = await t.organization.connect({ accountId: user.accountId, provider: t.provider.id, address: "ada@example.test", credential });
  await t.organization.sync();
  return { accountId: user.accountId, connectionId: connection.id };
}

const active = async (t: TestEngine, accountId: string): Promise<string[]> =>
  (await t.organization.applications.listAuthorizations({ accountId })).filter(({ state }) => state === "active").map(({ applicationId }) => applicationId);

describe("users that an identity provider keeps", () => {
  test("names are found without regard to case, come back as written, and stand nowhere in plain text", async () => {
    const t = await openTestEngine();
    const { provisioning } = t.organization;
    const { accountId } = await provisioning.createUser({ userName: "Ada@Example.test", externalId: "idp-1", active: true, attributes: '{"title":"Countess"}', displayName: "Ada" });
    expect((await provisioning.findUserByName("ADA@example.TEST"))?.userName).toBe("Ada@Example.test");
    expect((await provisioning.findUsersByExternalId("idp-1")).map((user) => user.attributes)).toEqual(['{"title":"Countess"}']);
    await expect(provisioning.createUser({ userName: "ada@example.test", active: true, attributes: "{}" })).rejects.toMatchObject({ code: "already-exists" });
    await provisioning.createGroup({ displayName: "Mathematicians", memberIds: [accountId], attributes: "{}" });
    const raw = t.store.organization("org").provisioning;
    const stored = JSON.stringify([await raw.findUser(accountId), await raw.listGroups({ after: null, limit: 9 })]);
    for (const text of ["Ada", "ada@", "idp-1", "Countess", "Mathematicians", "mathematicians"]) expect(stored).not.toContain(text);
    await t.store.close();
  });

  test("an account that the host made before is taken over, once", async () => {
    const t = await openTestEngine();
    const account = await t.organization.createAccount({ externalId: "idp-1" });
    const { provisioning } = t.organization;
    expect((await provisioning.createUser({ userName: "ada", externalId: "idp-1", active: true, attributes: "{}" })).accountId).toBe(account.id);
    expect((await provisioning.createUser({ userName: "eve", externalId: "idp-1", active: true, attributes: "{}" })).accountId).not.toBe(account.id);
    await t.store.close();
  });

  test("deactivated: rights end, credentials and jobs go, logins are refused; activated again: no token comes back", async () => {
    const t = await openTestEngine();
    const { accountId, connectionId } = await provisionedAndConnected(t);
    const { provisioning } = t.organization;
    const other = await t.organization.applications.create({ name: "other" });
    await t.organization.applications.authorize({ applicationId: other.id, accountId, scopes: ["read_free_busy"] });
    expect((await active(t, accountId)).sort()).toEqual(["app_default", other.id].sort());
    const user = await provisioning.findUser(accountId);
    await provisioning.replaceUser(accountId, user?.version ?? 0, { userName: "Ada@Example.test", active: false, attributes: "{}" });

    const store = t.store.organization("org");
    expect(await active(t, accountId)).toEqual([]);
    expect(await store.credentials.get(connectionId)).toBeNull();
    expect((await t.organization.listConnections(accountId)).map(({ state }) => state)).toEqual(["suspended"]);
    let asked = 0;
    const { listCalendars, pullPage } = t.provider;
    t.provider.listCalendars = (...args) => ((asked += 1), listCalendars.apply(t.provider, args));
    t.provider.pullPage = (...args) => ((asked += 1), pullPage.apply(t.provider, args));
    await t.clock.advance(86_400_000);
    await t.engine.scheduler.drain();
    expect(asked).toBe(0);
    await expect(t.organization.connect({ accountId, provider: t.provider.id, address: "ada@example.test", credential })).rejects.toMatchObject({ code: "account-suspended" });
    await expect(t.organization.reconnect({ connectionId, credential })).rejects.toMatchObject({ code: "account-suspended" });
    await expect(t.organization.applications.authorize({ applicationId: other.id, accountId, scopes: ["read_free_busy"] })).rejects.toMatchObject({ code: "account-suspended" });

    await provisioning.replaceUser(accountId, 2, { userName: "Ada@Example.test", active: true, attributes: "{}" });
    expect(await active(t, accountId)).toEqual(["app_default"]);
    expect(await store.credentials.get(connectionId)).toBeNull();
    expect((await t.organization.listConnections(accountId)).map(({ state }) => state)).toEqual(["suspended"]);
    await t.organization.reconnect({ connectionId, address: "ada@example.test", credential });
    expect((await t.organization.listConnections(accountId)).map(({ state }) => state)).toEqual(["connected"]);
    await t.engine.scheduler.drain();
    expect(asked).toBeGreaterThan(0);
    await t.store.close();
  });

  test("what a crash left undone is done by the next job tick", async () => {
    const t = await openTestEngine();
    const { accountId, connectionId } = await provisionedAndConnected(t);
    // The user's row is changed and its job queued; then the process dies.
    const store = t.store.organization("org");
    const stored = await store.provisioning.findUser(accountId);
    if (stored === null) throw new Error("not provisioned");
    const job = { kind: "deprovision-account", subject: accountId, runAt: t.clock.now() } as const;
    await store.provisioning.replaceUser({ ...stored, active: false, version: 2 }, 1, [job], { actor: "host", now: t.clock.now() });
    expect(await active(t, accountId)).toEqual(["app_default"]);
    await t.engine.scheduler.tick({ budgetMs: 1_000 });
    expect(await active(t, accountId)).toEqual([]);
    expect(await store.credentials.get(connectionId)).toBeNull();
    expect(await store.jobs.dueAt("deprovision-account", accountId)).toBeNull();
    await t.store.close();
  });

  test("a login that is proven while the user is deactivated does not stay", async () => {
    const t = await openTestEngine();
    const { provisioning } = t.organization;
    const { accountId } = await provisioning.createUser({ userName: "ada", active: true, attributes: "{}" });
    const { connect } = t.provider;
    t.provider.connect = async (request) => {
      const login = await connect?.call(t.provider, request);
      await provisioning.replaceUser(accountId, 1, { userName: "ada", active: false, attributes: "{}" });
      if (login === undefined) throw new Error("the provider cannot connect");
      return login;
    };
    await expect(t.organization.connect({ accountId, provider: t.provider.id, address: "ada@example.test", credential })).rejects.toMatchObject({ code: "account-suspended" });
    const [connection] = await t.organization.listConnections(accountId);
    expect(connection?.state).toBe("suspended");
    expect(await t.store.organization("org").credentials.get(connection?.id ?? "")).toBeNull();
    await t.store.close();
  });

  test("a removed user is gone with its memberships, its account deprovisioned", async () => {
    const t = await openTestEngine();
    const { accountId, connectionId } = await provisionedAndConnected(t);
    const { provisioning } = t.organization;
    const group = await provisioning.createGroup({ displayName: "G", memberIds: [accountId], attributes: "{}" });
    await provisioning.removeUser(accountId);
    expect(await provisioning.findUser(accountId)).toBeNull();
    expect((await provisioning.findGroup(group.id))?.memberIds).toEqual([]);
    expect(await active(t, accountId)).toEqual([]);
    expect(await t.store.organization("org").credentials.get(connectionId)).toBeNull();
    await expect(provisioning.removeUser(accountId)).rejects.toMatchObject({ code: "not-found" });
    await t.store.close();
  });

  test("names and sizes out of bounds are refused", async () => {
    const t = await openTestEngine();
    const { provisioning } = t.organization;
    for (const input of [{ userName: " " }, { userName: "x".repeat(257) }, { userName: "a", attributes: "x".repeat(70_000) }, { userName: "a", timeZone: "Mars/Olympus" }]) {
      await expect(provisioning.createUser({ active: true, attributes: "{}", ...input })).rejects.toHaveProperty("code");
    }
    await expect(provisioning.createGroup({ displayName: "", memberIds: [], attributes: "{}" })).rejects.toMatchObject({ code: "invalid-argument" });
    expect(await provisioning.countUsers()).toBe(0);
    await t.store.close();
  });
});
