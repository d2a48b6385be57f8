import type { OrganizationStore, Store, Vault } from "@kalends/model";
import { sealedDirectory } from "./sealed-directory.ts";
import { sealedProvisioning } from "./sealed-provisioning.ts";

/** One organization with a directory and users that seal what tells who somebody is. */
export function sealedOrganization(inner: OrganizationStore, vault: Vault): OrganizationStore {
  const { organizationId } = inner;
  return {
    ...inner,
    directory: sealedDirectory(inner.directory, vault, organizationId),
    provisioning: sealedProvisioning(inner.provisioning, vault, organizationId),
  };
}

/** The store as the engine sees it: the same one, with a directory and users that seal what tells who somebody is. */
export function sealingStore(store: Store, vault: Vault): Store {
  return {
    migrations: store.migrations,
    settings: store.settings,
    jobSource: store.jobSource,
    budgets: store.budgets,
    addOrganization: (organization) => store.addOrganization(organization),
    findOrganization: (id) => store.findOrganization(id),
    listOrganizations: () => store.listOrganizations(),
    organization: (id) => sealedOrganization(store.organization(id), vault),
    liveHolders: (now) => store.liveHolders(now),
    releaseHolder: (holder) => store.releaseHolder(holder),
    ...(store.scrub === undefined ? {} : { scrub: () => (store.scrub as () => Promise<boolean>)() }),
    close: () => store.close(),
  };
}
