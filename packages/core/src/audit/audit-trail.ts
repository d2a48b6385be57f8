import { engineActor, hostActor, KalendsError } from "@kalends/model";
import type { AuditEntry, AuditHead, AuditRecord, AuditVerdict, OrganizationStore } from "@kalends/model";
import { raiseAlert } from "../alerts/raise-alert.ts";
import type { Runtime } from "../runtime.ts";

const pageSize = 500;

/** Who did what in an organization, chained so that a change in the past shows. */
export interface AuditTrail {
  /** Records with a sequence greater than `since`, in order. Throws `invalid-argument`. */
  read(since: number, limit?: number): Promise<AuditRecord[]>;
  /** The end of the chain. Noted elsewhere, it lets `verify` find also a log that was rewritten or cut as a whole. */
  head(): Promise<AuditHead>;
  /** Walks the chain; a broken one raises the alert `chain-broken`. */
  verify(expected?: AuditHead): Promise<AuditVerdict>;
  /** Every record up to now, in order. The export itself is written down first, under `actor`. */
  export(options?: { since?: number; actor?: string }): AsyncIterable<AuditRecord>;
  /** Writes an entry of the host's own, about an act that Kalends does not see. Throws `invalid-argument`. */
  note(entry: AuditEntry): Promise<AuditHead>;
}

export function createAuditTrail(runtime: Runtime, store: OrganizationStore): AuditTrail {
  const { audit } = store;
  return {
    read: async (since, limit = 1_000) => audit.read(wholeNumber(since, "since"), wholeNumber(limit, "limit")),
    head: () => audit.head(),
    verify: async (expected) => {
      const verdict = await audit.verify(expected);
      if (!verdict.ok) {
        await raiseAlert(runtime, store, { kind: "chain-broken", subject: store.organizationId, detail: `first bad record: ${verdict.firstBad}` });
      }
      return verdict;
    },
    export: (options = {}) => exportRecords(runtime, store, options),
    note: async (entry) => {
      if (entry.actor === "" || entry.actor === engineActor) throw new KalendsError("invalid-argument", "`actor` must name somebody of your own");
      return audit.append(entry, runtime.clock.now());
    },
  };
}

async function* exportRecords(runtime: Runtime, store: OrganizationStore, options: { since?: number; actor?: string }): AsyncGenerator<AuditRecord> {
  let since = wholeNumber(options.since ?? 0, "since");
  const entry = { action: "export" as const, actor: options.actor ?? hostActor, subject: store.organizationId, detail: `audit log from number ${since + 1}` };
  const { sequence: last } = await store.audit.append(entry, runtime.clock.now());
  while (since < last) {
    const page = await store.audit.read(since, pageSize);
    if (page.length === 0) return;
    for (const record of page) if (record.sequence <= last) yield record;
    since = page.at(-1)?.sequence ?? last;
  }
}

function wholeNumber(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new KalendsError("invalid-argument", `\`${name}\` must be a whole number, 0 or more`);
  return value;
}
