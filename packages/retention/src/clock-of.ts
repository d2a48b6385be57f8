import { earliest, endOf, lastAuthorization, type Clock } from "./clocks.ts";
import type { AccountFacts, RecordFact } from "./facts.ts";
import type { RetentionPolicy } from "./policy.ts";

type FactOf<Class extends RecordFact["class"]> = Extract<RecordFact, { class: Class }>;

function thirdParty(policy: RetentionPolicy, account: AccountFacts, { leftWindowAt }: FactOf<"third-party-event">): Clock | null {
  const { outsideWindow, afterLastAuthorization } = policy.thirdPartyEvent;
  const left = { rule: "third-party-outside-window" as const, event: "it left the query windows of all applications", period: outsideWindow };
  return earliest([
    lastAuthorization(account, "third-party-no-authorization", afterLastAuthorization),
    leftWindowAt === null ? null : { ...left, since: leftWindowAt },
  ]);
}

function partner(policy: RetentionPolicy, account: AccountFacts, { applicationId }: FactOf<"partner-event">): Clock | null {
  const own = account.authorizations.filter((one) => one.applicationId === applicationId);
  const since = endOf(own, account.createdAt);
  const event = `the authorization of the application ${applicationId}, which wrote it, ended`;
  return since === null ? null : { rule: "partner-authorization-ended", event, since, period: policy.partnerEvent.afterOwnAuthorization };
}

function credential(policy: RetentionPolicy, account: AccountFacts, { refusedAt, disconnectedAt }: FactOf<"credential">): Clock | null {
  const { afterLastAuthorization, afterRefusal, afterDisconnect } = policy.credential;
  const refused = { rule: "credential-refused" as const, event: "the provider said that the grant is revoked or the account suspended", period: afterRefusal };
  const stopped = { rule: "credential-disconnected" as const, event: "its connection was disconnected", period: afterDisconnect };
  return earliest([
    refusedAt === null ? null : { ...refused, since: refusedAt },
    disconnectedAt === null ? null : { ...stopped, since: disconnectedAt },
    lastAuthorization(account, "credential-no-authorization", afterLastAuthorization),
  ]);
}

function smartInvite(policy: RetentionPolicy, { eventEndsAt, cancelledAt }: FactOf<"smart-invite">): Clock | null {
  const since = eventEndsAt ?? cancelledAt;
  const event = eventEndsAt === null ? "the endless series was cancelled" : "its last occurrence ended";
  return since === null ? null : { rule: "smart-invite-over", event, since, period: policy.smartInvite.afterEvent };
}

/** The clock that runs on some rows of an account; `null` where none does. */
export function clockOf(policy: RetentionPolicy, account: AccountFacts, fact: RecordFact): Clock | null {
  switch (fact.class) {
    case "third-party-event":
      return thirdParty(policy, account, fact);
    case "partner-event":
      return partner(policy, account, fact);
    case "credential":
      return credential(policy, account, fact);
    case "structure":
      return lastAuthorization(account, "structure-no-authorization", policy.structure.afterLastAuthorization);
    case "smart-invite":
      return smartInvite(policy, fact);
    default:
      return sharedClockOf(policy, fact);
  }
}

/** The clock of what belongs to no account. */
export function sharedClockOf(policy: RetentionPolicy, fact: RecordFact): Clock | null {
  if (fact.class === "smart-invite") return smartInvite(policy, fact);
  if (fact.class === "operational") return { rule: "operational-age", event: "it was written", since: fact.writtenAt, period: policy.operational.afterWritten };
  if (fact.class !== "audit" || policy.audit.afterWritten === null) return null;
  return { rule: "audit-age", event: "it was written", since: fact.writtenAt, period: policy.audit.afterWritten };
}
