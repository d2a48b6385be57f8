import type { AccountId, DataKeyRow, DataKeyStore } from "@kalends/model";

/** The wrapped data keys for one piece of work: each row is read once. What another process destroyed before the work began is not found. */
export function readKeysOnce(inner: DataKeyStore): DataKeyStore {
  const rows = new Map<AccountId, Promise<DataKeyRow | null>>();
  return {
    get: async (accountId) => {
      const known = rows.get(accountId) ?? inner.get(accountId);
      rows.set(accountId, known);
      try {
        const row = await known;
        // One that is not there yet may be made at any moment, here or elsewhere.
        if (row === null) rows.delete(accountId);
        return row;
      } catch (thrown) {
        rows.delete(accountId);
        throw thrown;
      }
    },
    add: async (accountId, wrapped) => {
      const row = await inner.add(accountId, wrapped);
      rows.set(accountId, Promise.resolve(row));
      return row;
    },
    remove: (accountId) => {
      rows.delete(accountId);
      return inner.remove(accountId);
    },
    rewrap: (changed, audit, at) => {
      rows.clear();
      return inner.rewrap(changed, audit, at);
    },
    notUnder: (keyId, limit) => inner.notUnder(keyId, limit),
    countByKey: () => inner.countByKey(),
  };
}
