import type { ApplicationId } from "@kalends/model";
import { clockOf, sharedClockOf } from "./clock-of.ts";
import { dueOf, type Clock } from "./clocks.ts";
import type { Decision, RuleId } from "./decision.ts";
import { classTitle, daysText, keepReason, timeText } from "./reason-texts.ts";
import type { AccountFacts, RecordFact, RetentionFacts } from "./facts.ts";
import type { RetentionPolicy } from "./policy.ts";

/**
 * What is to go and what stays, at `now` (ms since the epoch). Pure: the same facts give the same decisions, in their order. A clock is
 * nothing that is stored: it follows from the facts, so that an authorization that is renewed before the time has come cancels it.
 */
export function evaluate(policy: RetentionPolicy, facts: RetentionFacts, now: number): Decision[] {
  return [
    ...facts.accounts.flatMap((account) => evaluateAccount(policy, account, now)),
    ...facts.shared.map((fact) => decide(policy, null, fact, sharedClockOf(policy, fact), now)),
  ];
}

export function evaluateAccount(policy: RetentionPolicy, account: AccountFacts, now: number): Decision[] {
  return account.records.map((fact) => {
    const asked = account.erasureRequestedAt;
    const erasure: Clock | null =
      asked === null || fact.class === "audit" ? null : { rule: "erasure", event: "the request to be forgotten was accepted", since: asked, period: 0 };
    return decide(policy, account, fact, erasure ?? clockOf(policy, account, fact), now);
  });
}

function isHeld(policy: RetentionPolicy, account: AccountFacts | null): boolean {
  return policy.legalHold === "all" || (account !== null && policy.legalHold.includes(account.accountId));
}

function decide(policy: RetentionPolicy, account: AccountFacts | null, fact: RecordFact, clock: Clock | null, now: number): Decision {
  const { class: of, record, rows } = fact;
  const base = { accountId: account?.accountId ?? null, class: of, record, rows, fact, hiddenFrom: hiddenFrom(account, fact) };
  if (clock === null) {
    const rule: RuleId = of === "configuration" || of === "audit" ? "permanent" : of === "smart-invite" ? "not-yet-over" : "authorized";
    return { ...base, rule, since: null, due: null, action: "keep", reason: keepReason(rule, of) };
  }
  const due = dueOf(clock);
  const text = `${classTitle(of)}: ${clock.event} on ${timeText(clock.since)}; the policy "${policy.name}" keeps it ${daysText(clock.period)}, until ${timeText(due)}.`;
  if (isHeld(policy, account)) {
    return { ...base, rule: "legal-hold", since: clock.since, due: null, action: "keep", reason: `${text} A legal hold stops its removal.` };
  }
  return { ...base, rule: clock.rule, since: clock.since, due, action: now >= due ? "purge" : "keep", reason: text };
}

/** Hidden at once when a right ends, however long the rows stay. */
function hiddenFrom(account: AccountFacts | null, fact: RecordFact): ApplicationId[] {
  if (account === null || fact.class === "audit" || fact.class === "configuration" || fact.class === "smart-invite") return [];
  const active = new Set(account.authorizations.filter(({ endedAt }) => endedAt === null).map(({ applicationId }) => applicationId));
  const ended = new Set(account.authorizations.filter(({ applicationId }) => !active.has(applicationId)).map(({ applicationId }) => applicationId));
  return [...ended].sort();
}
