import type { ConnectionId, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { goneAudience } from "./gone-audience.ts";
import { KalendsError } from "@kalends/model";

/** Ends a connection whose data is kept; a job tells the provider and drops the credential. Throws `not-found`. */
export async function requestDisconnect(runtime: Runtime, store: OrganizationStore, connectionId: ConnectionId, actor: string): Promise<void> {
  const connection = await store.directory.findConnection(connectionId);
  if (connection === null) throw new KalendsError("not-found", `There is no connection ${connectionId}`);
  const now = runtime.clock.now();
  const audience = await goneAudience(runtime, store, connection);
  if (!(await store.retention.stopConnection({ connectionId, purge: false, actor, now, ...audience }))) return;
  await store.jobs.enqueue({ kind: "leave-provider", subject: connectionId, runAt: now });
}
