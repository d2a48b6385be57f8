import type { OrganizationId, OrganizationStore, Store, Vault } from "@kalends/model";
import type { RetentionPolicy } from "@kalends/retention";
import { capOrganization } from "../retention/content-cap.ts";
import { readKeysOnce } from "./read-keys-once.ts";
import { sealedOrganization } from "./sealing-store.ts";

/** An organization and a vault for one piece of work. */
export interface WorkUnit {
  store: OrganizationStore;
  vault: Vault;
}

/**
 * Opens an organization for one short piece of work that waits for nobody outside: each wrapped data key is read once in it. A key that another
 * process destroys is used no more from the next unit on.
 */
export function workUnits(store: Store, vault: Vault, policy: RetentionPolicy): (organizationId: OrganizationId) => WorkUnit {
  return (organizationId) => {
    const inner = store.organization(organizationId);
    const dataKeys = readKeysOnce(inner.dataKeys);
    const once = vault.joined((id) => (id === organizationId ? dataKeys : store.organization(id).dataKeys));
    return { store: capOrganization(sealedOrganization(inner, once), policy), vault: once };
  };
}
