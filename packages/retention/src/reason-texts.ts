import type { RuleId } from "./decision.ts";
import type { RecordClass } from "./facts.ts";
import type { Days } from "./policy.ts";

const titles: Record<RecordClass, string> = {
  "third-party-event": "Event from the person's own calendar",
  "partner-event": "Event that an application wrote",
  credential: "Sealed login",
  structure: "Ids and names of account, connections and calendars",
  "smart-invite": "Invitation sent by an application",
  operational: "Operational record",
  configuration: "Application configuration",
  audit: "Audit log and alerts",
};

export function classTitle(of: RecordClass): string {
  return titles[of];
}

export function daysText(period: Days): string {
  return period === 0 ? "no longer than that moment" : `${period} ${period === 1 ? "day" : "days"} (${period} x 24 hours)`;
}

/** An instant in UTC; what lies beyond every date is said in words. */
export function timeText(at: number): string {
  return Math.abs(at) <= 8_640_000_000_000_000 ? new Date(at).toISOString() : "a time that no calendar names";
}

export function keepReason(rule: RuleId, of: RecordClass): string {
  if (rule === "permanent" && of === "audit") return `${titles[of]}: they hold ids, codes and counts, and stay as long as the host wants.`;
  if (rule === "permanent") return `${titles[of]}: it is the host's own and may hold no data of its users.`;
  if (rule === "not-yet-over") return `${titles[of]}: the series has no end and was not cancelled.`;
  return `${titles[of]}: an authorization for it is active.`;
}
