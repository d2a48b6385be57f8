import { afterEach, describe, expect, test } from "vitest";
import { dayMs, defaultRetentionPolicy, evaluate, retentionPresets, type AccountFacts, type RecordFact, type RetentionPolicy, type RuleId } from "../src/index.ts";

const t0 = Date.UTC(2027, 5, 1, 12, 34, 56, 789);
const policy = defaultRetentionPolicy;

function account(records: RecordFact[], over: Partial<AccountFacts> = {}): AccountFacts {
  return { accountId: "acc_1", createdAt: t0 - 400 * dayMs, authorizations: [{ id: "aut_1", applicationId: "app_1", endedAt: null }], erasureRequestedAt: null, records, ...over };
}

const ended = (...times: (number | null)[]): Partial<AccountFacts> => ({
  authorizations: times.map((endedAt, index) => ({ id: `aut_${index}`, applicationId: `app_${index + 1}`, endedAt })),
});

const row = { record: "x", rows: 1 };
const event = (leftWindowAt: number | null = null): RecordFact => ({ ...row, class: "third-party-event", leftWindowAt });
const partner = (applicationId: string): RecordFact => ({ ...row, class: "partner-event", applicationId });
const login = (over: { refusedAt?: number; disconnectedAt?: number } = {}): RecordFact => ({ ...row, class: "credential", refusedAt: null, disconnectedAt: null, ...over });
const structure: RecordFact = { ...row, class: "structure" };
const invite = (eventEndsAt: number | null, cancelledAt: number | null = null): RecordFact => ({ ...row, class: "smart-invite", eventEndsAt, cancelledAt });

interface Row {
  name: string;
  account: AccountFacts | null;
  fact: RecordFact;
  rule: RuleId;
  days: number;
}

/** The table of the issue, line by line; each clock starts at `t0`. */
const table: Row[] = [
  { name: "third-party event outside every window", account: account([]), fact: event(t0), rule: "third-party-outside-window", days: 31 },
  { name: "third-party event without authorization", account: account([], ended(t0 - 9 * dayMs, t0)), fact: event(), rule: "third-party-no-authorization", days: 30 },
  { name: "both clocks, the window's ends first", account: account([], ended(t0 + 20 * dayMs)), fact: event(t0), rule: "third-party-outside-window", days: 31 },
  { name: "both clocks, the authorization's ends first", account: account([], ended(t0)), fact: event(t0 - dayMs / 2), rule: "third-party-no-authorization", days: 30 },
  { name: "partner event, others still authorized", account: account([], ended(t0, null)), fact: partner("app_1"), rule: "partner-authorization-ended", days: 90 },
  { name: "partner event, nobody authorized", account: account([], ended(t0, t0 + 50 * dayMs)), fact: partner("app_1"), rule: "partner-authorization-ended", days: 90 },
  { name: "credential without authorization", account: account([], ended(t0)), fact: login(), rule: "credential-no-authorization", days: 30 },
  { name: "credential refused", account: account([]), fact: login({ refusedAt: t0 }), rule: "credential-refused", days: 0 },
  { name: "credential of a disconnected connection", account: account([]), fact: login({ disconnectedAt: t0 }), rule: "credential-disconnected", days: 0 },
  { name: "structure", account: account([], ended(t0)), fact: structure, rule: "structure-no-authorization", days: 90 },
  { name: "an account that nobody was ever authorized for", account: account([], { authorizations: [], createdAt: t0 }), fact: structure, rule: "structure-no-authorization", days: 90 },
  { name: "smart invite, authorized", account: account([]), fact: invite(t0), rule: "smart-invite-over", days: 30 },
  { name: "smart invite, nobody authorized", account: account([], ended(t0 - 300 * dayMs)), fact: invite(t0), rule: "smart-invite-over", days: 30 },
  { name: "smart invite, endless and cancelled", account: account([]), fact: invite(null, t0), rule: "smart-invite-over", days: 30 },
  { name: "operational record", account: null, fact: { ...row, class: "operational", writtenAt: t0 }, rule: "operational-age", days: 90 },
  ...(["third-party-event", "partner-event", "credential", "structure", "smart-invite", "operational"] as const).map((of): Row => {
    const facts = { "third-party-event": event(), "partner-event": partner("app_1"), credential: login(), structure, "smart-invite": invite(null), operational: { ...row, class: "operational" as const, writtenAt: t0 } };
    return { name: `erasure: ${of}`, account: account([], { erasureRequestedAt: t0 }), fact: facts[of], rule: "erasure", days: 0 };
  }),
];

function decide(rules: RetentionPolicy, { account: of, fact }: Pick<Row, "account" | "fact">, now: number) {
  const facts = of === null ? { accounts: [], shared: [fact] } : { accounts: [{ ...of, records: [fact] }], shared: [] };
  const [decision] = evaluate(rules, facts, now);
  if (decision === undefined) throw new Error("no decision");
  return decision;
}

describe("every row of the table", () => {
  test.each(table)("$name: kept a millisecond before, purged at the moment and after", (one) => {
    const due = t0 + one.days * 24 * 60 * 60 * 1000;
    for (const [now, action] of [[due - 1, "keep"], [due, "purge"], [due + 1, "purge"]] as const) {
      const decision = decide(policy, one, now);
      expect([now - due, decision.action, decision.rule, decision.due, decision.since]).toEqual([now - due, action, one.rule, due, t0]);
      expect(decision.reason).toContain(new Date(t0).toISOString());
      expect(decision.reason).toContain(new Date(due).toISOString());
    }
  });

  test("what nothing ends is kept for ever", () => {
    const kept: [AccountFacts | null, RecordFact, RuleId][] = [
      [account([]), event(), "authorized"],
      [account([]), login(), "authorized"],
      [account([]), structure, "authorized"],
      [account([]), partner("app_1"), "authorized"],
      [account([], ended(t0)), invite(null), "not-yet-over"],
      [null, { ...row, class: "configuration" }, "permanent"],
      [null, { ...row, class: "audit", writtenAt: t0 }, "permanent"],
      [account([], { erasureRequestedAt: t0 }), { ...row, class: "audit", writtenAt: t0 }, "permanent"],
    ];
    for (const [of, fact, rule] of kept) expect(decide(policy, { account: of, fact }, t0 + 36_500 * dayMs)).toMatchObject({ action: "keep", rule, due: null });
  });

  test("the audit log goes when the host says so", () => {
    const mine: RetentionPolicy = { ...policy, audit: { afterWritten: 400 } };
    const one = { account: null, fact: { ...row, class: "audit", writtenAt: t0 } as const };
    expect(decide(mine, one, t0 + 400 * dayMs - 1).action).toBe("keep");
    expect(decide(mine, one, t0 + 400 * dayMs)).toMatchObject({ action: "purge", rule: "audit-age" });
  });

  test("an event that came back and a right that was renewed have no clock", () => {
    expect(decide(policy, { account: account([]), fact: event(null) }, t0 + 999 * dayMs).action).toBe("keep");
    const renewed = account([], ended(t0, null));
    for (const fact of [event(), login(), structure]) expect(decide(policy, { account: renewed, fact }, t0 + 999 * dayMs)).toMatchObject({ action: "keep", rule: "authorized" });
  });
});

describe("two applications", () => {
  const day = (n: number): number => t0 + n * dayMs;
  /** When A's and B's authorizations ended (null: active), and what is left of each class on a day. */
  const cases: [string, number | null, number | null, number, Record<string, string>][] = [
    ["both active", null, null, 500, { event: "keep", partnerA: "keep", partnerB: "keep", credential: "keep", structure: "keep" }],
    ["A ended, day 89", 0, null, 89, { event: "keep", partnerA: "keep", partnerB: "keep", credential: "keep", structure: "keep" }],
    ["A ended, day 90", 0, null, 90, { event: "keep", partnerA: "purge", partnerB: "keep", credential: "keep", structure: "keep" }],
    ["both ended, B 10 days later, day 39", 0, 10, 39, { event: "keep", partnerA: "keep", partnerB: "keep", credential: "keep", structure: "keep" }],
    ["both ended, B 10 days later, day 40", 0, 10, 40, { event: "purge", partnerA: "keep", partnerB: "keep", credential: "purge", structure: "keep" }],
    ["both ended, B 10 days later, day 90", 0, 10, 90, { event: "purge", partnerA: "purge", partnerB: "keep", credential: "purge", structure: "keep" }],
    ["both ended, B 10 days later, day 100", 0, 10, 100, { event: "purge", partnerA: "purge", partnerB: "purge", credential: "purge", structure: "purge" }],
    ["B ended, day 100", null, 0, 100, { event: "keep", partnerA: "keep", partnerB: "purge", credential: "keep", structure: "keep" }],
  ];

  test.each(cases)("%s", (_name, a, b, at, expected) => {
    const facts = { event: event(), partnerA: partner("app_1"), partnerB: partner("app_2"), credential: login(), structure };
    const of = account(Object.values(facts), ended(a === null ? null : day(a), b === null ? null : day(b)));
    const decisions = evaluate(policy, { accounts: [of], shared: [] }, day(at));
    expect(Object.fromEntries(Object.keys(facts).map((name, index) => [name, decisions[index]?.action]))).toEqual(expected);
    const gone = [...(a === null ? [] : ["app_1"]), ...(b === null ? [] : ["app_2"])];
    // Hidden at once, and from nobody else.
    for (const decision of decisions) expect(decision.hiddenFrom).toEqual(gone);
  });

  test("one application that ended and came back is no ended one", () => {
    const of = account([partner("app_1"), event()], { authorizations: [{ id: "old", applicationId: "app_1", endedAt: t0 }, { id: "new", applicationId: "app_1", endedAt: null }] });
    for (const decision of evaluate(policy, { accounts: [of], shared: [] }, t0 + 999 * dayMs)) expect(decision).toMatchObject({ action: "keep", hiddenFrom: [] });
  });
});

describe("presets and holds", () => {
  test("at-once and strict take the login with the right", () => {
    for (const name of ["at-once", "strict"] as const) {
      expect(decide(retentionPresets[name], { account: account([], ended(t0)), fact: login() }, t0)).toMatchObject({ action: "purge" });
    }
  });

  test("a legal hold stops every removal, that of an erasure too, and says so", () => {
    for (const legalHold of ["all", ["acc_1"]] as const) {
      for (const one of table.filter((some) => some.account !== null)) {
        const decision = decide({ ...policy, legalHold }, one, t0 + 999 * dayMs);
        expect(decision).toMatchObject({ action: "keep", rule: "legal-hold", due: null });
        expect(decision.reason).toContain("legal hold");
      }
    }
    expect(decide({ ...policy, legalHold: ["acc_2"] }, table[0] as Row, t0 + 999 * dayMs).action).toBe("purge");
  });
});

describe("the zone of the host, leap days and clock changes", () => {
  const zone = process.env["TZ"];
  afterEach(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });

  test("change nothing", () => {
    const starts = [Date.UTC(2028, 1, 1), Date.UTC(2028, 1, 28, 23, 59, 59, 999), Date.UTC(2028, 1, 29, 12), Date.UTC(2026, 2, 29, 0, 59), Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 2, 8, 9)];
    for (const name of ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]) {
      process.env["TZ"] = name;
      for (const start of starts) {
        for (const one of table) {
          const moved = JSON.parse(JSON.stringify(one), (_key, value: unknown) => (typeof value === "number" && value > 1e12 ? value - t0 + start : value)) as Row;
          const due = start + one.days * 86_400_000;
          expect([decide(policy, moved, due - 1).action, decide(policy, moved, due).action, decide(policy, moved, due).due], `${name} ${one.name}`).toEqual(["keep", "purge", due]);
        }
      }
    }
  });
});
