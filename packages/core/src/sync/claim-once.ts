import type { OrganizationStore, SyncClaim, SyncOutcome } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

const nameOf = (store: OrganizationStore, calendarId: string): string => JSON.stringify([store.organizationId, calendarId]);

/**
 * Claims a calendar, or answers `null` where somebody has it. The store lets a holder take its own claim over (one that could not be
 * released, because the disk was full), so this process keeps its own runs apart here.
 */
export async function claimOnce(runtime: Runtime, store: OrganizationStore, calendarId: string): Promise<SyncClaim | null> {
  const { running, clock, settings, holder } = runtime;
  const name = nameOf(store, calendarId);
  if (running.has(name)) return null;
  running.add(name);
  let claim: SyncClaim | null = null;
  try {
    claim = await store.sync.claim(calendarId, holder, clock.now(), settings.leaseMs);
  } finally {
    if (claim === null) running.delete(name);
  }
  return claim;
}

/** Lets a calendar go. `outcome` `null`: nothing is to be told. */
export async function releaseClaim(
  runtime: Runtime,
  store: OrganizationStore,
  calendarId: string,
  token: number,
  outcome: SyncOutcome | null,
): Promise<void> {
  try {
    await store.sync.release(calendarId, token, outcome, runtime.clock.now());
  } finally {
    runtime.running.delete(nameOf(store, calendarId));
  }
}
