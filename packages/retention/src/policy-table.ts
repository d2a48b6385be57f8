import type { Days, RetentionPolicy } from "./policy.ts";

/** One line of a policy as people read it. */
export interface PolicyRow {
  data: string;
  clock: string;
  period: string;
  rule: string;
}

function period(days: Days | null): string {
  if (days === null) return "the host's setting; by default they stay";
  return days === 0 ? "at once" : `${days} ${days === 1 ? "day" : "days"}`;
}

/** A policy as a table, line by line in the order of the documentation. */
export function policyTable(policy: RetentionPolicy): PolicyRow[] {
  const { thirdPartyEvent, partnerEvent, credential, structure, smartInvite, operational, audit } = policy;
  const rows: [string, string, string, string][] = [
    ["third-party event outside every query window", "when it left the union window (comes back: the clock is cancelled)", period(thirdPartyEvent.outsideWindow), "third-party-outside-window"],
    ["third-party event, no active authorization", "end of the last authorization", period(thirdPartyEvent.afterLastAuthorization), "third-party-no-authorization"],
    ["partner event", "end of that application's own authorization", period(partnerEvent.afterOwnAuthorization), "partner-authorization-ended"],
    ["credential, no active authorization", "end of the last authorization", period(credential.afterLastAuthorization), "credential-no-authorization"],
    ["credential refused as revoked, or account suspended", "first refusal", period(credential.afterRefusal), "credential-refused"],
    ["credential of a disconnected connection", "disconnection", period(credential.afterDisconnect), "credential-disconnected"],
    ["account, connections, calendars, rights (ids and names)", "end of the last authorization", period(structure.afterLastAuthorization), "structure-no-authorization"],
    ["smart invite", "end of the event (last occurrence; endless: cancellation), whoever is authorized", period(smartInvite.afterEvent), "smart-invite-over"],
    ["operational records: feed, deliveries, remembered removals, logs", "written", period(operational.afterWritten), "operational-age"],
    ["application configuration", "-", "permanent; may hold no end-user data", "permanent"],
    ["audit log, alerts", "written", period(audit.afterWritten), "audit-age"],
    ["everything of a person who asked to be forgotten", "request accepted", "at once, every class but audit", "erasure"],
  ];
  return rows.map(([data, clock, length, rule]) => ({ data, clock, period: length, rule }));
}
