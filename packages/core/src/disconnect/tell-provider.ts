import { toKalendsError } from "@kalends/model";
import type { Connection, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { closeChannels } from "../watches/close-channels.ts";
import { returnGrant } from "./return-grant.ts";

/** What is done at the provider before the credential goes. Never touches a calendar or an event. */
export type Goodbye = (runtime: Runtime, store: OrganizationStore, connection: Connection, signal: AbortSignal | undefined) => Promise<void>;

/** In this order: a revoked grant cannot stop its channels any more. */
const goodbyes: readonly Goodbye[] = [closeChannels, returnGrant];

/**
 * - `told`: the provider confirmed all of it.
 * - `not-now`: something that passes stood in the way; worth another try.
 * - `not-possible`: the provider takes nothing from this login any more. Its channels end by themselves.
 */
export type Leave = "told" | "not-now" | "not-possible";

/** Takes leave of the provider. Its failure does not hold a connection that the user wants to end. */
export async function tellProvider(runtime: Runtime, store: OrganizationStore, connection: Connection, signal: AbortSignal | undefined): Promise<Leave> {
  let leave: Leave = "told";
  for (const goodbye of goodbyes) {
    try {
      await goodbye(runtime, store, connection, signal);
    } catch (thrown) {
      const { code, failure } = toKalendsError(thrown);
      runtime.logger.log("warn", "the provider could not be told of a disconnection", { connection: connection.id, code });
      // Without its channels closed the grant has to live on for the next try.
      if (failure === "transient" || failure === "rate-limited") return "not-now";
      leave = "not-possible";
    }
  }
  return leave;
}
