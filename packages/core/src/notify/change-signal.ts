import type { OrganizationId } from "@kalends/model";

/** Tells that an organization's feed may have grown; carries no data. */
export type ChangeListener = (organizationId: OrganizationId) => void;

/** Wakes listeners of this process. What happened is read from the feed; a wake-up lost with the process loses nothing. */
export interface ChangeSignal {
  subscribe(listener: ChangeListener): () => void;
  wake(organizationId: OrganizationId): void;
}

export function createChangeSignal(onListenerError: (thrown: unknown) => void): ChangeSignal {
  const listeners = new Set<ChangeListener>();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    wake: (organizationId) => {
      for (const listener of [...listeners]) {
        try {
          listener(organizationId);
        } catch (thrown) {
          // A listener's fault must not end the sync that woke it.
          onListenerError(thrown);
        }
      }
    },
  };
}
