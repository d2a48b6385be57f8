import type { AccountId } from "@kalends/model";

/** In their order. */
export function groupByAccount<T extends { accountId: AccountId }>(items: Iterable<T>): Map<AccountId, T[]> {
  const groups = new Map<AccountId, T[]>();
  for (const item of items) {
    const group = groups.get(item.accountId);
    if (group === undefined) groups.set(item.accountId, [item]);
    else group.push(item);
  }
  return groups;
}
