import { dayMs, type AccountFacts, type RecordFact, type RetentionPolicy } from "@kalends/retention";
import type { HeldAccount, OrganizationStore } from "@kalends/model";
import { readNeeds } from "../sync/calendar-context.ts";

/** What the rules are asked about for one account, and what a removal has to name. */
export interface CollectedAccount {
  facts: AccountFacts;
  held: HeldAccount;
  /** End up to which events have to go because they left the window; `null`: nobody is authorized, so no window counts. */
  endedBefore: number | null;
}

/** Facts of one account as of `now`; `null` where there is none. */
export async function collectAccount(store: OrganizationStore, policy: RetentionPolicy, accountId: string, now: number): Promise<CollectedAccount | null> {
  const needs = await readNeeds(store, accountId, now);
  const nothing = Number.MIN_SAFE_INTEGER;
  const left = needs === null ? nothing : needs.window.from;
  const due = needs === null ? nothing : left - policy.thirdPartyEvent.outsideWindow * dayMs;
  const held = await store.retention.heldOf(accountId, { left, due });
  if (held === null) return null;
  // An event leaves the window when the window's start passes its end.
  const leftAt = (end: number): number => end + (now - left);
  const events = (rows: number, leftWindowAt: number | null): RecordFact[] =>
    rows === 0 ? [] : [{ class: "third-party-event", record: "calendar_object", rows, leftWindowAt }];
  const records: RecordFact[] = [
    ...events(held.due?.rows ?? 0, held.due === null ? null : leftAt(held.due.oldest)),
    ...events(held.left?.rows ?? 0, held.left === null ? null : leftAt(held.left.oldest)),
    ...events(held.events, null),
    ...held.credentials.map(({ connectionId, refusedAt, disconnectedAt }): RecordFact => ({
      class: "credential", record: connectionId, rows: 1, refusedAt, disconnectedAt,
    })),
    { class: "structure", record: "account", rows: held.structure },
  ];
  const { createdAt, authorizations } = held;
  const facts = { accountId, createdAt, authorizations, erasureRequestedAt: null, records };
  return { facts, held, endedBefore: needs === null ? null : due };
}

/** What belongs to no account, by age. */
export async function collectShared(store: OrganizationStore, policy: RetentionPolicy, now: number): Promise<RecordFact[]> {
  const records = await store.retention.heldRecords(now - policy.operational.afterWritten * dayMs);
  const facts = records.flatMap(({ table, old, recent }) =>
    [old, recent].flatMap((some): RecordFact[] => {
      if (some === null) return [];
      const of = table === "audit_record" || table === "alert_record" ? "audit" : "operational";
      return [{ class: of, record: table, rows: some.rows, writtenAt: some.oldest }];
    }),
  );
  const applications = (await store.directory.listApplications()).length;
  return applications === 0 ? facts : [...facts, { class: "configuration", record: "application", rows: applications }];
}

const pageSize = 200;

/** Every account of the organization, one after the other. */
export async function* allAccounts(store: OrganizationStore): AsyncGenerator<string> {
  let after: string | null = null;
  for (;;) {
    const ids: string[] = await store.retention.accountIds(after, pageSize);
    yield* ids;
    const last = ids.at(-1);
    if (last === undefined || ids.length < pageSize) return;
    after = last;
  }
}
