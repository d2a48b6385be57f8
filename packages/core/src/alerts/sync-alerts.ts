import type { KalendsError, OrganizationStore } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { raiseAlert } from "./raise-alert.ts";

/** How one sync of a calendar ended, as far as alerts care. */
export interface SyncEnd {
  calendarId: string;
  error: KalendsError | null;
  /** Failed runs in a row, this one included. */
  failures: number;
  /** Items set aside in this run. */
  quarantined: number;
}

/** Refused, by the provider or by the guard: waiting alone mends none of these. */
function isRefusal({ code, failure }: KalendsError): boolean {
  return failure === "permanent" || failure === "auth" || code === "plan-refused" || code === "answer-invalid" || code === "not-calendar-data";
}

/** Raises what a sync gives reason for: a calendar refused several times in a row, and many items set aside at once. */
export async function raiseSyncAlerts(runtime: Runtime, store: OrganizationStore, end: SyncEnd): Promise<void> {
  const { refusalsUntilAlert, quarantinedUntilAlert } = runtime.settings;
  const subject = end.calendarId;
  if (end.error !== null && isRefusal(end.error) && end.failures >= refusalsUntilAlert) {
    await raiseAlert(runtime, store, { kind: "repeated-refusals", subject, detail: `${end.failures} in a row, the last: ${end.error.code}` });
  }
  if (end.quarantined >= quarantinedUntilAlert) {
    await raiseAlert(runtime, store, { kind: "quarantine-growth", subject, detail: `${end.quarantined} items set aside in one run` });
  }
}
