import { toKalendsError } from "@kalends/model";
import type { Connection, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

/** What is done at the provider before the credential goes, such as closing watch channels. Never touches a calendar or an event. */
export type Goodbye = (runtime: Runtime, store: OrganizationStore, connection: Connection, signal: AbortSignal | undefined) => Promise<void>;

/** In this order. */
const goodbyes: readonly Goodbye[] = [];

/** Takes leave of the provider. Its failure does not hold a connection that the user wants to end. */
export async function tellProvider(runtime: Runtime, store: OrganizationStore, connection: Connection, signal: AbortSignal | undefined): Promise<void> {
  for (const goodbye of goodbyes) {
    try {
      await goodbye(runtime, store, connection, signal);
    } catch (thrown) {
      runtime.logger.log("warn", "the provider could not be told of a disconnection", { connection: connection.id, code: toKalendsError(thrown).code });
    }
  }
}
