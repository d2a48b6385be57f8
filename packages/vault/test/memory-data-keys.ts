import type { DataKeyRow, DataKeyStore } from "@kalends/model";

/** Data keys of all organizations, kept in memory; `rows` lets a test look at them and change them. */
export function memoryDataKeys(): { rows: Map<string, DataKeyRow>; of(organizationId: string): DataKeyStore } {
  const rows = new Map<string, DataKeyRow>();
  return {
    rows,
    of: (organizationId) => {
      const name = (accountId: string): string => JSON.stringify([organizationId, accountId]);
      return {
        get: async (accountId) => rows.get(name(accountId)) ?? null,
        add: async (accountId, wrapped) => {
          const row = rows.get(name(accountId)) ?? { accountId, epoch: 1, ...wrapped };
          rows.set(name(accountId), row);
          return row;
        },
        notUnder: async (keyId, limit) => [...rows.values()].filter((row) => row.keyId !== keyId).slice(0, limit),
        countByKey: async () => new Map(),
        rewrap: async (anew) => {
          for (const row of anew) rows.set(name(row.accountId), { ...row, epoch: row.epoch + 1 });
          return anew.length;
        },
        remove: async (accountId) => void rows.delete(name(accountId)),
      };
    },
  };
}
