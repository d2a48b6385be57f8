import type { NewAlert, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

type AlertText = Pick<NewAlert, "kind" | "subject" | "detail">;

/** An alert with the time at which it is escalated. */
export function alertOf(runtime: Pick<Runtime, "clock" | "settings">, text: AlertText): NewAlert {
  return { ...text, escalateAt: runtime.clock.now() + runtime.settings.escalateAfterMs };
}

/** Raises an alert, unless one of that kind and subject is open, and wakes the listeners. */
export async function raiseAlert(runtime: Runtime, store: OrganizationStore, text: AlertText): Promise<void> {
  const raised = await store.alerts.raise(alertOf(runtime, text), runtime.clock.now());
  if (raised === null) return;
  runtime.logger.log("warn", "alert raised", { alert: raised, kind: text.kind, subject: text.subject });
  runtime.signal.wake(store.organizationId);
}
