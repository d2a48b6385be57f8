import type { AccountRules, AccountRulesUpdate, Application, Authorization, Calendar, NewJob } from "@kalends/model";
import { accountNeeds, keptDetail, type AccountNeeds } from "./account-needs.ts";

export interface RulesInput {
  before: AccountRules;
  /** The account's authorizations and the applications as they are to be. */
  authorizations: readonly Authorization[];
  applications: readonly Application[];
  /** Calendars of the account that are there. */
  calendars: readonly Calendar[];
  now: number;
}

const rank = { busy: 0, title: 1, full: 2 } as const;

/** Something that is stored now may not be kept any more. */
function isNarrower(before: AccountNeeds, after: AccountNeeds): boolean {
  return (
    rank[after.detail] < rank[before.detail] ||
    (before.descriptions && !after.descriptions) ||
    (before.privateEvents && !after.privateEvents) ||
    after.window.from > before.window.from ||
    after.window.to < before.window.to
  );
}

/** Something is needed that was not kept until now. A wider window is followed by the sync line itself. */
function isWider(before: AccountNeeds, after: AccountNeeds): boolean {
  return (
    rank[after.detail] > rank[before.detail] || (!before.descriptions && after.descriptions) || (!before.privateEvents && after.privateEvents) ||
    // Of past events no times are kept for long, so nothing tells which of them come back inside.
    after.window.from < before.window.from
  );
}

/**
 * What a change of rules drops of an account and what it reads again. Pure. Where nobody is authorized any more nothing is dropped here: it
 * is hidden at once, and how long it stays is for retention to say. Where somebody is again, everything is cut to measure and read again.
 */
export function planRules(input: RulesInput): AccountRulesUpdate {
  const { before, calendars, now } = input;
  const update: AccountRulesUpdate = { accountId: before.accountId, expected: before.generation, keep: null, empty: [], reread: false, jobs: [] };
  const old = accountNeeds(before.authorizations, before.applications, now);
  const needs = accountNeeds(input.authorizations, input.applications, now);
  if (needs === null) return update;
  if (old === null || isNarrower(old, needs)) update.keep = keptDetail(needs);
  update.reread = old === null || isWider(old, needs);
  update.empty = calendars.filter(({ id }) => needs.excluded.has(id) && old?.excluded.has(id) !== true).map(({ id }) => id);
  // Running syncs end with the old rules, so each calendar that is needed is due at once.
  update.jobs = calendars
    .filter(({ id }) => !needs.excluded.has(id))
    .map(({ id }): NewJob => ({ kind: "sync-calendar", subject: id, runAt: now }));
  return update;
}
