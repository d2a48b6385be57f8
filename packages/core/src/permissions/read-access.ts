import type { AccountId, Application, Authorization, OrganizationStore } from "@kalends/model";
import { accountNeeds, type AccountNeeds } from "./account-needs.ts";
import { viewOf, type View } from "./view.ts";

/** What all authorizations of an account need together, and the views of those applications that are told of changes. */
export interface AccountAccess {
  /** `null`: nobody is authorized. */
  needs: AccountNeeds | null;
  views: View[];
}

export async function readAccess(store: OrganizationStore, accountId: AccountId, now: number): Promise<AccountAccess> {
  const [authorizations, applications] = await Promise.all([store.directory.listAuthorizations(accountId), store.directory.listApplications()]);
  return accessOf(authorizations, applications, now);
}

/** The same from what was read already. Pure. */
export function accessOf(authorizations: readonly Authorization[], applications: readonly Application[], now: number): AccountAccess {
  const byId = new Map(applications.map((application) => [application.id, application]));
  const views = authorizations.map((authorization) => viewOf(authorization, byId.get(authorization.applicationId)));
  return { needs: accountNeeds(authorizations, applications, now), views: views.filter((view) => view !== null && view.feed) as View[] };
}
