import { KalendsError } from "@kalends/model";
import type { OrganizationStore } from "@kalends/model";
import { scrub } from "../retention/scrub.ts";
import type { Runtime } from "../runtime.ts";
import { revokeErasedGrants } from "./erasure-grants.ts";

const askAgainMs = 60 * 60_000;

/**
 * Brings an erasure to its end, from wherever it is: the data key, the rows, the bytes, then the grants at the providers. Each step may be
 * repeated. Returns when grants are left and have to be tried again; `null`: nothing is left.
 */
export async function finishErasure(runtime: Runtime, store: OrganizationStore, id: string): Promise<number | null> {
  const erasure = await store.erasures.find(id);
  if (erasure === null) throw new KalendsError("not-found", `There is no erasure ${id}`);
  const { accountId } = erasure;
  if (erasure.finishedAt === null) {
    // One that was asked for inside a transaction of the host's is not in the ledger yet.
    await runtime.ledger?.append({ organizationId: store.organizationId, accountId, erasureId: id, requestedAt: erasure.requestedAt });
    if (erasure.key === null) {
      const row = await store.dataKeys.get(accountId);
      const end = await runtime.vault.destroyDataKey(store.organizationId, accountId);
      await store.erasures.noteKey(id, { end, keyId: row?.keyId ?? null, epoch: row?.epoch ?? null });
    }
    while (!(await store.retention.purgeAccount(accountId, { records: true, now: runtime.clock.now() })).done);
    await scrub(runtime);
    await store.erasures.finish(id, runtime.clock.now());
    runtime.signal.wake(store.organizationId);
  }
  const left = await revokeErasedGrants(runtime, store, id);
  if (left === 0) {
    await store.jobs.cancel("erasure", id);
    return null;
  }
  const next = runtime.clock.now() + askAgainMs;
  await store.jobs.enqueue({ kind: "erasure", subject: id, runAt: next });
  return next;
}
