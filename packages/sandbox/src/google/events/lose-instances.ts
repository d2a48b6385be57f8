import type { CalendarStore } from "../calendars/calendar-store.ts";
import type { GoogleState } from "../google-state.ts";
import type { EventResource } from "../wire.ts";
import { horizonMs, instancesOf } from "./select-events.ts";

/** Remembers the instances that a change of their master took away, for those who sync instances. */
export function loseInstances(state: GoogleState, calendar: CalendarStore, before: EventResource, after: EventResource): void {
  if (!calendar.syncsInstances) return;
  const at = state.clock.now();
  const range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const left = after.status === "cancelled" ? [] : instancesOf(calendar, after, range, at + horizonMs);
  const kept = new Set(left.map((instance) => instance.id));
  for (const id of kept) calendar.lostInstances.delete(id);
  for (const instance of instancesOf(calendar, before, range, at + horizonMs)) {
    if (kept.has(instance.id) || calendar.find(instance.id)) continue;
    calendar.lostInstances.set(instance.id, { ...instance, status: "cancelled", etag: after.etag, updated: after.updated });
    calendar.log.record(instance.id, at);
  }
}
