import { KalendsError } from "@kalends/model";
import type { AccountId, AccountRules, Application, AuditEntry, Authorization, NewApplicationRecord, OrganizationStore, RulesUpdate } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import { planRules } from "./plan-rules.ts";

/** What is to become of the rules, decided on what they are. */
export interface RulesDecision {
  application?: Application;
  authorizations?: Authorization[];
  /** Authorizations whose earlier records must not be told any more. */
  forget?: Authorization[];
  records?: NewApplicationRecord[];
  audit: AuditEntry[];
}

const mostTries = 5;

/**
 * Changes who may see what of some accounts, with everything that the change drops, in one transaction. `decide` is asked again where
 * somebody else changed the rules meanwhile. Throws `not-found` for an unknown account, and what `decide` throws.
 */
export async function changeRules<T extends RulesDecision>(
  runtime: Runtime,
  store: OrganizationStore,
  accountIds: () => Promise<readonly AccountId[]>,
  decide: (rules: AccountRules[]) => Promise<T> | T,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const rules = await Promise.all((await accountIds()).map((id) => readRules(store, id)));
    const decision = await decide(rules);
    const now = runtime.clock.now();
    const accounts = await Promise.all(rules.map((before) => planAccount(store, before, decision, now)));
    const update: RulesUpdate = {
      application: decision.application ?? null,
      authorizations: decision.authorizations ?? [],
      accounts,
      forget: (decision.forget ?? []).map(({ applicationId, accountId }) => ({ applicationId, accountId })),
      records: decision.records ?? [],
      audit: [...decision.audit, ...accounts.flatMap(purgeEntry)],
      now,
    };
    try {
      await store.directory.applyRules(update);
      runtime.signal.wake(store.organizationId);
      return decision;
    } catch (thrown) {
      if (tries === mostTries || !(thrown instanceof KalendsError) || thrown.code !== "revision-conflict") throw thrown;
    }
  }
}

async function readRules(store: OrganizationStore, accountId: AccountId): Promise<AccountRules> {
  const rules = await store.directory.readRules(accountId);
  if (rules === null) throw new KalendsError("not-found", `There is no account ${accountId}`);
  return rules;
}

async function planAccount(store: OrganizationStore, before: AccountRules, decision: RulesDecision, now: number): Promise<RulesUpdate["accounts"][number]> {
  const { application, authorizations = [] } = decision;
  const changed = new Map(authorizations.filter(({ accountId }) => accountId === before.accountId).map((one) => [one.id, one]));
  const kept = before.authorizations.filter(({ id }) => !changed.has(id));
  const applications = application === undefined ? before.applications : [...before.applications.filter(({ id }) => id !== application.id), application];
  const calendars = await store.directory.listCalendars({ accountId: before.accountId });
  return planRules({ before, authorizations: [...kept, ...changed.values()], applications, calendars, now });
}

/** What a change of rules drops is written down too. */
function purgeEntry(account: RulesUpdate["accounts"][number]): AuditEntry[] {
  if (account.keep === null && account.empty.length === 0) return [];
  const { keep } = account;
  const kept = keep === null ? "" : `; kept: ${["titles", "content", "descriptions", "privateEvents"].filter((name) => keep[name as "titles"]).join(" ") || "times only"}`;
  return [{ action: "purge", actor: "kalends", subject: account.accountId, detail: `rules changed: ${account.empty.length} calendars emptied${kept}` }];
}
