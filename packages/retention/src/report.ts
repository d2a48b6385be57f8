import type { AccountId, ApplicationId, OrganizationId } from "@kalends/model";
import { evaluate } from "./evaluate.ts";
import { recordClasses, type RecordClass, type RetentionFacts } from "./facts.ts";
import type { Decision, RuleId } from "./decision.ts";
import type { RetentionPolicy } from "./policy.ts";
import { classTitle, timeText } from "./reason-texts.ts";

/** Some rows that are held: what, why, until when. Times are ISO 8601 instants in UTC. */
export interface ReportLine {
  class: RecordClass;
  title: string;
  accountId: AccountId | null;
  /** A connection, a table, an application: ids only. */
  record: string;
  rows: number;
  rule: RuleId;
  /** What the period counts from; `null`: no clock runs. */
  since: string | null;
  /** When they go; `null`: not by time. */
  until: string | null;
  /** The time has come, and they are still there. */
  overdue: boolean;
  hiddenFrom: readonly ApplicationId[];
  /** A whole sentence. */
  reason: string;
}

/** One class of the policy, also where nothing of it is held. */
export interface ReportClass {
  class: RecordClass;
  title: string;
  rows: number;
  accounts: number;
  overdueRows: number;
  /** The line whose clock has run longest and the rule that keeps it; where no clock runs, one that is kept. `null`: nothing is held. */
  oldest: ReportLine | null;
  /** When the next rows go. */
  nextDue: string | null;
  /** Set where Kalends holds nothing of this class by its making. */
  note: string | null;
}

/** A request to be forgotten that is under way or done. */
export interface ReportErasure {
  id: string;
  accountId: AccountId;
  requestedAt: string;
  state: "running" | "waiting-for-hold" | "done";
  /** Systems outside that nobody has ticked off. */
  openItems: readonly string[];
}

/** What an organization holds, why, and until when. Holds ids, codes and counts; no text of any event or person. */
export interface RetentionReport {
  version: 1;
  organizationId: OrganizationId;
  at: string;
  policy: RetentionPolicy;
  /** In the order of the policy's table, every class once. */
  classes: ReportClass[];
  /** The next to go first, then what no clock runs on. At most `lineLimit`. */
  lines: ReportLine[];
  /** Lines that did not fit. */
  moreLines: number;
  overdueRows: number;
  /** `held`: the clock jumped, and nothing is removed until somebody confirms it. */
  clock: { lastSeen: string | null; held: boolean };
  erasures: ReportErasure[];
}

/** What the report tells besides the decisions. */
export interface ReportNotes {
  organizationId: OrganizationId;
  /** Classes of which Kalends holds nothing by its making, and why. */
  empty: Partial<Record<RecordClass, string>>;
  clock: { lastSeen: number | null; held: boolean };
  erasures: readonly ReportErasure[];
  /** Default 1,000. */
  lineLimit?: number;
}

function lineOf(decision: Decision): ReportLine {
  const { class: of, accountId, record, rows, rule, since, due, action, hiddenFrom, reason } = decision;
  const time = (at: number | null): string | null => (at === null ? null : timeText(at));
  return {
    class: of, title: classTitle(of), accountId, record, rows, rule, since: time(since), until: time(due), overdue: action === "purge", hiddenFrom, reason,
  };
}

function classOf(of: RecordClass, decisions: readonly Decision[], note: string | null): ReportClass {
  const mine = decisions.filter((decision) => decision.class === of && decision.rows > 0);
  const sum = (some: readonly Decision[]): number => some.reduce((rows, decision) => rows + decision.rows, 0);
  const oldest = mine.reduce<Decision | null>((first, one) => (first === null || (one.since ?? Infinity) < (first.since ?? Infinity) ? one : first), null);
  const next = mine.reduce((due, one) => Math.min(due, one.due ?? Infinity), Infinity);
  return {
    class: of,
    title: classTitle(of),
    rows: sum(mine),
    accounts: new Set(mine.map(({ accountId }) => accountId).filter((id) => id !== null)).size,
    overdueRows: sum(mine.filter(({ action }) => action === "purge")),
    oldest: oldest === null ? null : lineOf(oldest),
    nextDue: next === Infinity ? null : timeText(next),
    note: mine.length === 0 ? note : null,
  };
}

/** The report of an organization at `now`. Pure. */
export function reportOf(policy: RetentionPolicy, facts: RetentionFacts, now: number, notes: ReportNotes): RetentionReport {
  const { lineLimit = 1_000, clock, erasures, empty, organizationId } = notes;
  const decisions = evaluate(policy, facts, now);
  const classes = recordClasses.map((of) => classOf(of, decisions, empty[of] ?? null));
  const held = decisions.filter(({ rows }) => rows > 0).sort((one, other) => (one.due ?? Infinity) - (other.due ?? Infinity) || 0);
  return {
    version: 1,
    organizationId,
    at: timeText(now),
    policy,
    classes,
    lines: held.slice(0, lineLimit).map(lineOf),
    moreLines: Math.max(0, held.length - lineLimit),
    overdueRows: classes.reduce((rows, one) => rows + one.overdueRows, 0),
    clock: { lastSeen: clock.lastSeen === null ? null : timeText(clock.lastSeen), held: clock.held },
    erasures: [...erasures],
  };
}
