import { defaultQueryWindow } from "@kalends/model";
import type { OrganizationStore, Scope } from "@kalends/model";
import { newId } from "../new-id.ts";
import type { Runtime } from "../runtime.ts";

/** The application that the host program itself is, where it names no other. */
export const defaultApplicationId = "app_default";

/** Gives the host's own application the right to an account, with the default query window. */
export async function ensureDefaultAuthorization(
  runtime: Runtime,
  store: OrganizationStore,
  accountId: string,
  scopes: readonly Scope[],
): Promise<void> {
  const { directory, organizationId } = store;
  const createdAt = runtime.clock.now();
  if ((await directory.findApplication(defaultApplicationId)) === null) {
    const application = { organizationId, id: defaultApplicationId, name: "This application", scopes: [...scopes], feed: false, createdAt };
    await directory.putApplication({ ...application, window: defaultQueryWindow });
  }
  await directory.putAuthorization({
    organizationId,
    id: newId(runtime.random, "aut"),
    applicationId: defaultApplicationId,
    accountId,
    scopes: [...scopes],
    detail: "full",
    noDescriptions: false,
    // The host acts for the owner.
    privateEvents: true,
    raisedCalendarIds: [],
    excludedCalendarIds: [],
    state: "active",
    createdAt,
    endedAt: null,
    endReason: null,
  });
}
