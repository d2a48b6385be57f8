import { KalendsError } from "@kalends/model";
import type { ConnectionId, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { tellProvider } from "./tell-provider.ts";

/**
 * Goes on with telling the provider of a connection that was ended while the provider could not be reached. Where it is done, the sealed
 * credential goes. Throws `server-error` as long as it is not.
 */
export async function leaveProvider(runtime: Runtime, store: OrganizationStore, connectionId: ConnectionId, signal: AbortSignal): Promise<void> {
  const connection = await store.directory.findConnection(connectionId);
  // Connected again meanwhile, or gone.
  if (connection === null || connection.state !== "disconnected") return;
  if ((await tellProvider(runtime, store, connection, signal)) === "not-now") {
    throw new KalendsError("server-error", `The provider could not be told yet that the connection ${connectionId} ended`);
  }
  await store.retention.dropCredential(connectionId);
}
