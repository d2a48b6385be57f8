import { KalendsError } from "@kalends/model";
import type { Store } from "@kalends/model";
import type { RetentionPolicy } from "@kalends/retention";
import { capOrganization } from "../retention/content-cap.ts";
import type { Runtime } from "../runtime.ts";
import { sealedOrganization } from "../seal/sealing-store.ts";

/** `Runtime.join` over a store: what `sealingStore` and `capContent` make of a store outside. */
export function joinStore(store: Store, vault: Runtime["vault"], policy: RetentionPolicy): Runtime["join"] {
  return (transaction, organizationId) => {
    if (store.joined === undefined) {
      throw new KalendsError("invalid-argument", "This store joins no transaction", { remedy: "Use a store with `joined`, such as those on PostgreSQL and SQLite." });
    }
    const joined = store.joined(transaction);
    const inside = vault.joined((id) => joined.organization(id).dataKeys);
    return { store: capOrganization(sealedOrganization(joined.organization(organizationId), inside), policy), vault: inside };
  };
}
