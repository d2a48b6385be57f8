import type { Store, Vault } from "@kalends/model";
import { sealedDirectory } from "./sealed-directory.ts";

/** The store as the engine sees it: the same one, with a directory that seals what tells who somebody is. */
export function sealingStore(store: Store, vault: Vault): Store {
  return {
    migrations: store.migrations,
    settings: store.settings,
    jobSource: store.jobSource,
    addOrganization: (organization) => store.addOrganization(organization),
    findOrganization: (id) => store.findOrganization(id),
    listOrganizations: () => store.listOrganizations(),
    organization: (id) => {
      const inner = store.organization(id);
      return { ...inner, directory: sealedDirectory(inner.directory, vault, id) };
    },
    liveHolders: (now) => store.liveHolders(now),
    releaseHolder: (holder) => store.releaseHolder(holder),
    close: () => store.close(),
  };
}
