import { hostActor, KalendsError } from "@kalends/model";
import type { Connection, ConnectionId, OrganizationStore, RowCounts } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { goneAudience } from "./gone-audience.ts";
import { tellProvider, type Leave } from "./tell-provider.ts";

/**
 * What becomes of what was read through a connection that ends.
 * - `keep`: it stays under the retention policy and is listed no more; connecting the same login again brings it back with the same ids.
 * - `purge`: it goes now, with the connection's ids.
 */
export type Disposition = "keep" | "purge";

export interface DisconnectOptions {
  disposition: Disposition;
  /** Only tell what would go. */
  dryRun?: boolean;
  /** Who asked for it, for the audit log. Default: the host. */
  actor?: string;
  signal?: AbortSignal;
}

export interface DisconnectReport {
  connectionId: ConnectionId;
  disposition: Disposition;
  dryRun: boolean;
  /** Rows that went, or would go, by table. */
  removed: RowCounts;
  /**
   * Whether the provider heard of it: its watch channels are stopped and the grant is taken back. `not-now`: it could not be reached. Of a
   * connection that is kept, a job goes on trying and the sealed credential stays until then; of one that is purged, the channels end by
   * themselves. `not-possible`: it takes nothing from that login any more. `null` in a dry run.
   */
  provider: Leave | null;
}

const goesAlways: readonly string[] = ["credential", "credential_renewal", "job"];

/**
 * Ends a connection. Syncing stops at once and nothing is listed any more; then the provider is told, then the sealed credential goes, then,
 * where it was asked for, everything that was read. Nothing at the provider's calendars is touched. Calling it again, also after a crash,
 * finishes what is left. Throws `not-found`, `invalid-argument`.
 */
export async function disconnect(
  runtime: Runtime,
  store: OrganizationStore,
  connectionId: ConnectionId,
  options: DisconnectOptions,
): Promise<DisconnectReport> {
  const { disposition, dryRun = false, actor = hostActor } = options;
  if (disposition !== "keep" && disposition !== "purge") {
    throw new KalendsError("invalid-argument", "`disposition` must be `keep` or `purge`: there is no default, because each choice hurts somebody");
  }
  const held = await store.retention.rowsOf({ connectionId });
  if (held["connection"] === undefined) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  const removed = disposition === "purge" ? withoutRecords(held) : Object.fromEntries(Object.entries(held).filter(([table]) => goesAlways.includes(table)));
  if (dryRun) return { connectionId, disposition, dryRun, removed, provider: null };
  // `null`: a purge of it is under way already.
  const connection = await store.directory.findConnection(connectionId);
  const audience = connection === null ? {} : await goneAudience(runtime, store, connection);
  await store.retention.stopConnection({ connectionId, purge: disposition === "purge", actor, now: runtime.clock.now(), ...audience });
  runtime.signal.wake(store.organizationId);
  const provider = connection === null ? "told" : await takeLeave(runtime, store, connection, options);
  if (provider === "not-now" && disposition === "keep") {
    await store.jobs.enqueue({ kind: "leave-provider", subject: connectionId, runAt: runtime.clock.now() + runtime.settings.retryFirstMs });
  } else {
    await store.retention.dropCredential(connectionId);
  }
  if (disposition === "purge") await purgeConnection(runtime, store, connectionId);
  runtime.signal.wake(store.organizationId);
  return { connectionId, disposition, dryRun, removed, provider };
}

/** A purge leaves nothing to try again with, so it tries a little longer at once. */
async function takeLeave(runtime: Runtime, store: OrganizationStore, connection: Connection, { disposition, signal }: DisconnectOptions): Promise<Leave> {
  const most = disposition === "purge" ? 3 : 1;
  for (let tries = 1; ; tries += 1) {
    const leave = await tellProvider(runtime, store, connection, signal);
    if (leave !== "not-now" || tries >= most || signal?.aborted === true) return leave;
    await runtime.clock.sleep(runtime.settings.confirmAfterMs * tries, signal);
  }
}

/** Goes on with a purge that was begun, until nothing is left. */
export async function purgeConnection(runtime: Runtime, store: OrganizationStore, connectionId: ConnectionId): Promise<void> {
  while (!(await store.retention.purgeConnection(connectionId, runtime.clock.now())).done);
}

/** The change feed tells of the end, so its records stay until their own time. */
function withoutRecords(held: RowCounts): RowCounts {
  return Object.fromEntries(Object.entries(held).filter(([table]) => table !== "change_record" && table !== "application_record"));
}
