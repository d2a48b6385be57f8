import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { AuditEntry, AuditRecord } from "@kalends/model";
import { batch, type StoreCase, type StoreWorld } from "./store-world.ts";

const entry = (detail: string): AuditEntry => ({ action: "export", actor: "member-1", subject: "org-a", detail });
const escalateAt = 9_000;

/** The documented form of a record's hash, computed by a second hand. */
function documentedHash(record: AuditRecord): string {
  const { organizationId, sequence, at, action, actor, subject, detail, previousHash } = record;
  return createHash("sha256").update(JSON.stringify([1, organizationId, sequence, at, action, actor, subject, detail, previousHash])).digest("hex");
}

async function writeSome(world: StoreWorld, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) await world.org().audit.append(entry(`entry ${number}`), 1_000 + number);
}

const chain: StoreCase = {
  title: "audit records are numbered, chained by the documented hash, and verify",
  async run(world) {
    await world.populate();
    await world.populate("org-b");
    const before = await world.org().audit.head();
    await writeSome(world, 3);
    await world.org().audit.append(entry("lone surrogate \ud800, quote \", line\nbreak, nul \0"), 1_004);
    await world.turn();
    const { audit } = world.org();
    const records = await audit.read(0, 100);
    expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index + 1));
    let previous = "0".repeat(64);
    for (const record of records) {
      expect(record.previousHash).toBe(previous);
      expect(record.hash).toBe(documentedHash(record));
      previous = record.hash;
    }
    const head = await audit.head();
    expect(head).toEqual({ sequence: before.sequence + 4, hash: previous });
    expect(await audit.verify()).toEqual({ ok: true, records: records.length, head, firstBad: null });
    expect(await audit.verify(before)).toMatchObject({ ok: true });
    expect(await audit.verify({ sequence: head.sequence + 1, hash: previous })).toMatchObject({ ok: false, firstBad: head.sequence + 1 });
    expect(await audit.verify({ sequence: 2, hash: previous })).toMatchObject({ ok: false, firstBad: 2 });
    expect((await world.org("org-b").audit.read(0, 100)).every(({ organizationId }) => organizationId === "org-b")).toBe(true);
    expect((await world.org("org-b").audit.verify()).ok).toBe(true);
  },
};

/** What somebody with the file in hands may do to ten records, and the number of the first record that it shows at. */
const tampering: readonly [what: string, statements: string, firstBad: number][] = [
  ["delete", `delete from audit_record where sequence = 4`, 4],
  ["delete the first", "delete from audit_record where sequence = 1", 1],
  ["edit a text", `update audit_record set detail = 'x' where sequence = 7`, 7],
  ["edit the actor", `update audit_record set actor = 'nobody' where sequence = 1`, 1],
  ["edit the time", `update audit_record set at = at + 1 where sequence = 10`, 10],
  ["edit a hash", `update audit_record set hash = previous_hash where sequence = 5`, 5],
  ["swap two", `update audit_record set sequence = case sequence when 3 then -1 else -2 end where sequence in (3, 6);
    update audit_record set sequence = case sequence when -1 then 6 else 3 end where sequence < 0`, 3],
  ["move to another organization", `update audit_record set organization = 'org-b', sequence = 999 where sequence = 2`, 2],
  ["truncate", `delete from audit_record where sequence > 8`, 9],
  ["truncate everything", "delete from audit_record", 1],
  ["truncate and turn back the counter", `delete from audit_record where sequence > 8;
     update feed_counter set audit_number = 8, audit_head = (select hash from audit_record where sequence = 8 and organization = 'org-a')`, 9],
];

const tampered: StoreCase = {
  title: "delete, edit, swap, move and truncate in the file: verifying names the first bad record",
  async run(world, context) {
    if (world.opened.tamper === undefined) return context.skip("not applicable: this store gives the suite no way past its ports");
    for (const [what, statements, firstBad] of tampering) {
      const other = await world.openAnother({ onStatement: () => undefined, migrated: true });
      try {
        await other.store.migrations.run();
        await other.store.addOrganization({ id: "org-a", name: "A", createdAt: 1 });
        await other.store.addOrganization({ id: "org-b", name: "B", createdAt: 1 });
        const { audit } = other.store.organization("org-a");
        for (let number = 1; number <= 10; number += 1) await audit.append(entry(`entry ${number}`), number);
        const noted = await audit.head();
        await other.tamper?.("audit_record", statements);
        const verdict = await audit.verify(noted);
        expect(verdict, what).toMatchObject({ ok: false, firstBad });
      } finally {
        await other.dispose();
      }
    }
  },
};

const appendOnly: StoreCase = {
  title: "audit log and alerts take new records and refuse to change or lose one",
  async run(world, context) {
    const org = await world.populate();
    const at = await world.startPass();
    await org.sync.applyBatch(batch(at, { audit: "snapshot: 12 written" }));
    await org.alerts.raise({ kind: "needs-reauth", subject: "connection-1", detail: "auth-failed", escalateAt }, 1_000);
    await world.turn();
    const { dump, execute } = world.opened;
    if (dump === undefined || execute === undefined) return context.skip("not applicable: this store gives the suite no way past its ports");
    const before = JSON.stringify(await dump());
    expect(before).toContain("snapshot: 12 written");
    for (const statement of [
      "update audit_record set detail = 'nothing happened'",
      "delete from audit_record",
      "insert or replace into audit_record select organization, sequence, at, action, actor, subject, 'nothing', previous_hash, hash from audit_record",
      "insert into audit_record select * from audit_record where true on conflict (organization, sequence) do update set detail = 'nothing'",
      "update alert_record set step = 'acknowledged'",
      "delete from alert_record",
      "insert or replace into alert_record select organization, sequence, first, step, kind, subject, 'nothing', actor, at from alert_record",
    ]) {
      await expect(execute(statement), statement).rejects.toThrow();
    }
    expect(JSON.stringify(await dump())).toBe(before);
  },
};

const sameTransaction: StoreCase = {
  title: "connecting, authorizing and ending leave their records, with who did it",
  async run(world) {
    const org = await world.populate();
    const since = (await org.audit.head()).sequence;
    await org.directory.setConnectionState("connection-1", "connected", null, 5, { actor: "member-1", action: "connect" });
    const authorization = {
      organizationId: "org-a", id: "aut-1", applicationId: "app-1", accountId: "account-1", scopes: ["read_free_busy" as const], detail: "busy" as const,
      noDescriptions: true, privateEvents: false, raisedCalendarIds: [], excludedCalendarIds: [], state: "active" as const, createdAt: 6, endedAt: null, endReason: null,
    };
    await org.directory.putAuthorization(authorization, "member-2");
    await org.directory.endAuthorization("aut-1", "asked for", 7, "member-3");
    await org.directory.endAuthorization("aut-1", "asked for", 8, "member-4");
    const alert = { kind: "needs-reauth" as const, subject: "connection-1", detail: "auth-failed", escalateAt };
    await org.directory.setConnectionState("connection-1", "needs-reauth", "auth-failed", 9, { alert });
    await org.directory.setConnectionState("connection-1", "needs-reauth", "auth-failed", 10, { alert });
    await world.turn();
    const records = await world.org().audit.read(since, 100);
    expect(records.map(({ action, actor, at, subject }) => [action, actor, at, subject])).toEqual([
      ["connect", "member-1", 5, "connection-1"],
      ["authorize", "member-2", 6, "aut-1"],
      ["end-authorization", "member-3", 7, "aut-1"],
      ["connection", "kalends", 9, "connection-1"],
      ["alert", "kalends", 9, "connection-1"],
    ]);
    expect(await world.org().alerts.open()).toMatchObject([{ raised: { kind: "needs-reauth", subject: "connection-1", at: 9 } }]);
    expect((await world.org().audit.verify()).ok).toBe(true);
  },
};

const together: StoreCase = {
  title: "two stores that write at once make one chain",
  async run(world, context) {
    await world.populate();
    const second = await world.opened.another?.();
    if (second === undefined) return context.skip("not applicable: this store cannot be opened twice on the same data");
    try {
      const write = async (store: typeof second, name: string): Promise<void> => {
        for (let number = 0; number < 15; number += 1) await store.organization("org-a").audit.append(entry(`${name} ${number}`), number);
      };
      await Promise.all([write(world.store, "one"), write(second, "two"), write(world.store, "three")]);
      expect(await second.organization("org-a").audit.verify()).toMatchObject({ ok: true, records: (await world.org().audit.head()).sequence });
      expect((await world.org().audit.head()).sequence).toBeGreaterThanOrEqual(45);
    } finally {
      await second.close();
    }
  },
};

/** The audit chain. */
export const auditCases: readonly StoreCase[] = [chain, tampered, appendOnly, sameTransaction, together];
