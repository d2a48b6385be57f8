import type { Authorization, Directory, OrganizationStore, Store } from "@kalends/model";
import type { RetentionPolicy } from "@kalends/retention";

/** Whatever was granted: times alone. */
function capped(authorization: Authorization): Authorization {
  return { ...authorization, detail: "busy", noDescriptions: true, privateEvents: false };
}

function cappedDirectory(inner: Directory): Directory {
  return {
    ...inner,
    readRules: async (accountId) => {
      const rules = await inner.readRules(accountId);
      return rules === null ? null : { ...rules, authorizations: rules.authorizations.map(capped) };
    },
    findAuthorization: async (id) => {
      const found = await inner.findAuthorization(id);
      return found === null ? null : capped(found);
    },
    findSurroundings: async (id) => {
      const found = await inner.findSurroundings(id);
      return found === null ? null : { ...found, authorizations: found.authorizations.map(capped) };
    },
    listAuthorizations: async (accountId) => (await inner.listAuthorizations(accountId)).map(capped),
  };
}

/** Under a policy that keeps no content every authorization reaches times alone, so texts are neither asked for, nor stored, nor shown. */
export function capOrganization(inner: OrganizationStore, policy: RetentionPolicy): OrganizationStore {
  return policy.content === "never" ? { ...inner, directory: cappedDirectory(inner.directory) } : inner;
}

/** The same for all organizations. */
export function capContent(store: Store, policy: RetentionPolicy): Store {
  return policy.content === "never" ? { ...store, organization: (id) => capOrganization(store.organization(id), policy) } : store;
}
