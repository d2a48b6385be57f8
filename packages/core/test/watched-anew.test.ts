import { describe, expect, test } from "vitest";
import type { ConnectResult, OrganizationEngine } from "@kalends/core";
import { Secret } from "@kalends/model";
import type { MemoryProvider } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";

const redirectUri = "https://app.example/callback";

/** Consent on the provider's page, and back. */
async function consent(organization: OrganizationEngine, provider: MemoryProvider, accountId: string, connectionId?: string): Promise<ConnectResult> {
  const named = connectionId === undefined ? {} : { connectionId };
  const begun = await organization.beginConnect({ accountId, provider: "memory", redirectUri, scopes: ["read"], ...named });
  const back = provider.consent.allow(begun.url).searchParams;
  const answer = { state: back.get("state") ?? "", code: new Secret(back.get("code") ?? ""), issuer: back.get("iss") ?? "" };
  const completed = await organization.completeConnect({ answer, binding: begun.binding, provider: "memory", redirectUri });
  if (!completed.ok) throw completed.error;
  return completed.result;
}

async function openWatched(): Promise<TestEngine & { accountId: string; version: number; connectionId: string; held(): string[] }> {
  const t = await openTestEngine({ notifyAt: "https://app.example/notifications" });
  t.provider.calendar("/work/");
  const { accountId, version } = await t.organization.provisioning.createUser({ userName: "ada", active: true, attributes: "{}" });
  const { connection } = await consent(t.organization, t.provider, accountId);
  await t.engine.scheduler.drain();
  const held = (): string[] => t.provider.watches.open.map(({ channelId }) => channelId).sort();
  expect(held()).toHaveLength(2);
  return { ...t, accountId, version, connectionId: connection.id, held };
}

describe("a connection that comes back", () => {
  test("after its user was deactivated is watched again at once", async () => {
    const w = await openWatched();
    const { provisioning } = w.organization;
    const gone = await provisioning.replaceUser(w.accountId, w.version, { userName: "ada", active: false, attributes: "{}" });
    expect(w.held()).toEqual([]);
    await provisioning.replaceUser(w.accountId, gone.version, { userName: "ada", active: true, attributes: "{}" });
    expect(await consent(w.organization, w.provider, w.accountId)).toMatchObject({ reconnected: true, connection: { id: w.connectionId } });
    await w.engine.scheduler.drain();
    expect(w.held()).toHaveLength(2);
    await w.store.close();
  });

  test("after its grant was taken back opens new channels and stops the old ones", async () => {
    const w = await openWatched();
    const before = w.held();
    for (const token of ["memory-access-1", "memory-access-2", "memory-access-3"]) w.provider.consent.revoked.add(token);
    await w.organization.sync();
    await w.clock.advance(60_000);
    await w.engine.scheduler.drain();
    expect((await w.organization.listConnections())[0]?.state).toBe("needs-reauth");
    w.provider.consent.revoked.clear();
    await consent(w.organization, w.provider, w.accountId, w.connectionId);
    await w.engine.scheduler.drain();
    expect(w.held()).toHaveLength(2);
    expect(w.held().filter((id) => before.includes(id))).toEqual([]);
    const channels = await w.store.organization("org").watches.list();
    expect(channels.map(({ id, state }) => [id, state]).sort()).toEqual(w.held().map((id) => [id, "open"]));
    await w.store.close();
  });

  test("while it is connected keeps its channels", async () => {
    const w = await openWatched();
    const before = w.held();
    await consent(w.organization, w.provider, w.accountId);
    await w.engine.scheduler.drain();
    expect(w.held()).toEqual(before);
    await w.store.close();
  });
});
