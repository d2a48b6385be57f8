import type { CalendarProvider, OrganizationStore, ProviderAccess } from "@kalends/model";

/**
 * Stops channels at the provider; each row goes once that is confirmed. Those whose name at the provider nobody knows are left to end by
 * themselves. Returns how many were stopped. One that fails does not keep the others; the first failure is thrown at the end.
 */
export async function stopChannels(
  store: OrganizationStore,
  provider: CalendarProvider,
  access: ProviderAccess,
  channels: readonly { id: string; resource: string | null }[],
): Promise<number> {
  const failures: unknown[] = [];
  let stopped = 0;
  for (const { id, resource } of channels) {
    if (resource === null || provider.unwatch === undefined) continue;
    try {
      await provider.unwatch(access, { channelId: id, resource });
      await store.watches.remove(id);
      stopped += 1;
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
  return stopped;
}
