import { KalendsError } from "@kalends/model";
import type { Store, Vault } from "@kalends/model";

/** Where a database keeps the value that tells whether a key service is its own. */
export const keyCheckSetting = "vault.key-check";

/** Notes the key service in a new database; in any other throws `key-wrong` where it is not the one, having written nothing. */
export async function checkKeys(store: Store, vault: Vault): Promise<void> {
  let check = await store.settings.get(keyCheckSetting);
  if (check === null) {
    try {
      await store.settings.put(keyCheckSetting, await vault.newKeyCheck());
    } catch (thrown) {
      if (!(thrown instanceof KalendsError) || thrown.code !== "already-exists") throw thrown;
    }
    check = await store.settings.get(keyCheckSetting);
  }
  if (check === null || !(await vault.fitsKeyCheck(check))) {
    throw new KalendsError("key-wrong", "The key does not match the one that this database was sealed with");
  }
}
