import { describe, expect, test } from "vitest";
import { verifyReceipt } from "@kalends/core";
import { KalendsError, Secret, type ErasureLedger, type LedgerEntry, type RevokeRequest } from "@kalends/model";
import { memoryProvider } from "@kalends/testing";
import { openTestEngine, type TestEngine } from "./open-test-engine.ts";
import { sampleObject } from "./sample-object.ts";

function memoryLedger(): ErasureLedger & { kept: LedgerEntry[] } {
  const kept: LedgerEntry[] = [];
  return { kept, append: async (entry) => void kept.push(entry), entries: async () => [...kept] };
}

type Options = NonNullable<Parameters<typeof openTestEngine>[0]>;

async function twoPeople(options: Options = {}): Promise<TestEngine & { accountId: string; otherId: string; appId: string }> {
  const t = await openTestEngine(options);
  t.provider.calendar("/work/").put("/a.ics", sampleObject("a"));
  t.provider.calendar("/home/").put("/b.ics", sampleObject("b"));
  const accountId = await t.connect();
  const otherId = await t.connect();
  const { id: appId } = await t.organization.applications.create({ name: "Meet" });
  for (const id of [accountId, otherId]) await t.organization.applications.authorize({ applicationId: appId, accountId: id, scopes: ["read_events", "read_free_busy"] });
  await t.organization.sync();
  return { ...t, accountId, otherId, appId };
}

const rowsOf = (t: TestEngine, accountId: string) => t.store.organization("org").retention.rowsOf({ accountId });

describe("forgetting", () => {
  test("removes every row of the person, of nobody else, and says so in a signed receipt", async () => {
    const t = await twoPeople({ engine: { externalSystems: ["crm"], erasureLedger: memoryLedger() } });
    const others = await rowsOf(t, t.otherId);
    const dry = await t.organization.erasure.forget({ accountId: t.accountId }, { dryRun: true });
    expect(dry.removed).toMatchObject({ account: 1, calendar: 2, calendar_object: 2, connection: 1, credential: 1, data_key: 1 });
    expect(await rowsOf(t, t.accountId)).toEqual(dry.removed);

    const head = await t.organization.changesHead();
    const done = await t.organization.erasure.forget({ accountId: t.accountId }, { actor: "dpo", notify: ["newsletter"] });
    expect(done.removed).toEqual(dry.removed);
    expect(await rowsOf(t, t.accountId)).toEqual({ application_record: 1, change_record: 1 });
    expect(await rowsOf(t, t.otherId)).toEqual(others);
    expect((await t.organization.changes(head)).map(({ kind, accountId }) => [kind, accountId])).toEqual([["erasure-requested", t.accountId]]);
    expect((await t.organization.application(t.appId).changes(0)).filter(({ accountId }) => accountId === t.accountId).map(({ kind }) => kind)).toEqual(["erasure-requested"]);

    const { receipt } = done;
    expect(receipt).toMatchObject({ accountId: t.accountId, grantsLeft: 0, toNotify: ["crm", "newsletter"], key: { end: "logical", epoch: 1 } });
    expect(receipt?.finality).toContain(receipt?.key?.keyId ?? "?");
    expect(receipt?.proofs.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    if (receipt === null) throw new Error("no receipt");
    expect(verifyReceipt(receipt)).toBe(true);
    expect(verifyReceipt({ ...receipt, toNotify: [] })).toBe(false);
    expect(verifyReceipt({ ...receipt, signature: "" })).toBe(false);

    expect(await t.organization.erasure.tick(receipt.erasureId, "crm", "ops")).toBe(true);
    expect(await t.organization.erasure.tick(receipt.erasureId, "crm", "ops")).toBe(false);
    expect((await t.organization.erasure.receipt(receipt.erasureId)).toNotify).toEqual(["newsletter"]);
    const again = await t.organization.erasure.forget({ accountId: t.accountId });
    expect(again).toMatchObject({ erasureId: receipt.erasureId, removed: {} });
    expect((await t.organization.audit.verify()).ok).toBe(true);
    await expect(t.organization.erasure.forget({ accountId: "acc_nobody" })).rejects.toMatchObject({ code: "not-found" });
  });

  test("hides free-busy in the moment it is accepted, though a process dies before the rows go", async () => {
    const t = await twoPeople();
    const day = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z", whenStale: "ignore" } as const;
    const [calendar] = (await t.organization.listCalendars()).filter(({ accountId }) => accountId === t.accountId);
    expect((await t.organization.freeBusy({ accounts: [t.accountId], ...day })).accounts).toHaveLength(1);
    const held = await t.store.organization("org").retention.heldOf(t.accountId, { left: 0, due: 0 });
    await t.store.organization("org").retention.beginPurge(t.accountId, held?.rules ?? 0, t.clock.now());
    expect(await rowsOf(t, t.accountId)).toMatchObject({ calendar_object: 2 });
    for (const subject of [{ accounts: [t.accountId] }, { calendars: [calendar?.id ?? ""] }]) {
      await expect(t.organization.freeBusy({ ...subject, ...day })).rejects.toMatchObject({ code: "not-found" });
    }
    expect((await t.organization.freeBusy({ accounts: [t.otherId], ...day })).accounts).toHaveLength(1);
  });

  test("hands out everything beforehand", async () => {
    const t = await twoPeople();
    const copy = await t.organization.erasure.export({ accountId: t.accountId });
    expect(copy.data.calendars.flatMap(({ events }) => events.map(({ content }) => content?.title)).sort()).toEqual(["Title of a", "Title of b"]);
    expect(copy.data.connections).toHaveLength(1);
    expect(copy.files.map(({ text }) => text.includes("BEGIN:VEVENT"))).toEqual([true, true]);
    expect(JSON.stringify(copy)).not.toContain("correct horse");
    expect((await t.organization.audit.read(0)).at(-1)).toMatchObject({ action: "export", subject: t.accountId });
  });

  test("is refused while a legal hold stands", async () => {
    const t = await twoPeople();
    const held = await t.organization.retention.report();
    const { organization } = await openTestEngine({ store: t.store, engine: { retention: { ...held.policy, name: "held", legalHold: "all" } } });
    await expect(organization.erasure.forget({ accountId: t.accountId })).rejects.toMatchObject({ code: "legal-hold" });
    expect(await rowsOf(t, t.accountId)).toMatchObject({ account: 1 });
  });

  test("takes the grant back at the provider, and asks again until that is confirmed", async () => {
    const asked: string[] = [];
    let reachable = false;
    const revokeGrant = async ({ credential }: RevokeRequest): Promise<void> => {
      asked.push(credential.refreshToken?.reveal() ?? "");
      if (!reachable) throw new KalendsError("network-unreachable", "not now");
    };
    const provider = Object.assign(memoryProvider(), { revokeGrant });
    const t = await openTestEngine({ provider });
    provider.calendar("/work/").put("/a.ics", sampleObject("a"));
    const account = await t.organization.createAccount();
    const credential = { kind: "oauth", accessToken: new Secret("at"), refreshToken: new Secret("rt"), expiresAt: null, scopes: [] } as const;
    await t.organization.connect({ accountId: account.id, provider: provider.id, address: "ada@example.test", credential: { ...credential, scopes: [] } });
    const { receipt, erasureId } = await t.organization.erasure.forget({ accountId: account.id });
    expect(receipt).toMatchObject({ grantsLeft: 1, finishedAt: expect.any(String) });
    expect(asked).toEqual(["rt"]);
    await t.clock.advance(60 * 60_000);
    await t.engine.scheduler.drain();
    expect(asked).toEqual(["rt", "rt"]);
    reachable = true;
    await t.clock.advance(60 * 60_000);
    await t.engine.scheduler.drain();
    expect(asked).toEqual(["rt", "rt", "rt"]);
    expect(await t.organization.erasure.receipt(erasureId ?? "")).toMatchObject({ grantsLeft: 0 });
    await t.clock.advance(24 * 60 * 60_000);
    await t.engine.scheduler.drain();
    expect(asked).toHaveLength(3);
  });
});
