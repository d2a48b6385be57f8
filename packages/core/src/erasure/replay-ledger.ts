import type { Runtime } from "../runtime.ts";

/**
 * What was erased and came back with an older copy of the database is erased again: at once hidden and without its key, the rest by the
 * scheduler. Erasures that broke off are queued as well. Called at every start.
 */
export async function replayLedger(runtime: Runtime): Promise<number> {
  const { store, clock, ledger } = runtime;
  let replayed = 0;
  for (const { organizationId, accountId, erasureId } of (await ledger?.entries()) ?? []) {
    if ((await store.findOrganization(organizationId)) === null) continue;
    const organization = store.organization(organizationId);
    const found = await organization.retention.rowsOf({ accountId });
    const known = await organization.erasures.find(erasureId);
    if (found["account"] === undefined || (known !== null && known.finishedAt === null)) continue;
    const now = clock.now();
    await organization.erasures.begin({ id: erasureId, accountId, actor: "kalends", found, items: runtime.externalSystems, grants: [], now });
    runtime.logger.log("warn", "an erased account came back with an older database and is erased again", { erasure: erasureId });
    replayed += 1;
  }
  for (const { id } of await store.listOrganizations()) {
    const organization = store.organization(id);
    for (const erasure of await organization.erasures.list({ unfinished: true })) {
      await ledger?.append({ organizationId: id, accountId: erasure.accountId, erasureId: erasure.id, requestedAt: erasure.requestedAt });
      if (erasure.key === null) {
        const row = await organization.dataKeys.get(erasure.accountId);
        const end = await runtime.vault.destroyDataKey(id, erasure.accountId);
        await organization.erasures.noteKey(erasure.id, { end, keyId: row?.keyId ?? null, epoch: row?.epoch ?? null });
      }
      await organization.jobs.enqueue({ kind: "erasure", subject: erasure.id, runAt: clock.now() });
    }
  }
  return replayed;
}
