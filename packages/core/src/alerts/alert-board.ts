import { engineActor, hostActor, KalendsError } from "@kalends/model";
import type { AlertRecord, OpenAlert, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

/** What somebody should look at. An alert stays open until it is acknowledged; nothing else ends it. */
export interface AlertBoard {
  /** Oldest first. */
  open(): Promise<OpenAlert[]>;
  /** All records with a sequence greater than `since`, in order. */
  read(since: number, limit?: number): Promise<AlertRecord[]>;
  /**
   * Acknowledges the alert of that number; false where it was already. `actor` is the host or a member who owns the organization.
   * Throws `not-found`, `permission-denied`, `invalid-argument`.
   */
  acknowledge(alert: number, actor?: string): Promise<boolean>;
}

export function createAlertBoard(runtime: Runtime, store: OrganizationStore): AlertBoard {
  return {
    open: () => store.alerts.open(),
    read: (since, limit = 1_000) => store.alerts.read(since, limit),
    acknowledge: async (alert, actor = hostActor) => {
      if (!Number.isSafeInteger(alert) || alert < 1) throw new KalendsError("invalid-argument", "An alert is named by a whole number from 1 up");
      await requireAllowed(store, actor);
      const done = await store.alerts.acknowledge(alert, actor, runtime.clock.now());
      if (done) {
        await store.jobs.cancel("escalate-alert", String(alert));
        runtime.signal.wake(store.organizationId);
      }
      return done;
    },
  };
}

async function requireAllowed(store: OrganizationStore, actor: string): Promise<void> {
  if (actor === hostActor) return;
  const member = actor === engineActor ? null : await store.members.find(actor);
  if (member?.role !== "owner") throw new KalendsError("permission-denied", "Only the host and owners of the organization may acknowledge an alert");
}
