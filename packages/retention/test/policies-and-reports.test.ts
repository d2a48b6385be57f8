import { describe, expect, test } from "vitest";
import { dayMs, defaultRetentionPolicy, hasLeft, readPolicy, recordClasses, reportOf, reportText, retentionPresets, type RetentionFacts } from "../src/index.ts";

describe("policies", () => {
  test("the presets are policies", () => {
    for (const preset of Object.values(retentionPresets)) expect(readPolicy(JSON.parse(JSON.stringify(preset)))).toEqual(preset);
  });

  test.each([
    ["nothing", undefined],
    ["half a day", { ...defaultRetentionPolicy, structure: { afterLastAuthorization: 0.5 } }],
    ["a negative period", { ...defaultRetentionPolicy, operational: { afterWritten: -1 } }],
    ["more than 31 days outside the window", { ...defaultRetentionPolicy, thirdPartyEvent: { outsideWindow: 32, afterLastAuthorization: 30 } }],
    ["a name that the policy does not know", { ...defaultRetentionPolicy, backups: { afterTaken: 7 } }],
    ["ids that go before what hangs on them", { ...defaultRetentionPolicy, structure: { afterLastAuthorization: 29 } }],
  ])("refuses %s", (_name, policy) => {
    expect(() => readPolicy(policy)).toThrow(expect.objectContaining({ code: "invalid-argument" }) as Error);
  });
});

describe("leaving the window", () => {
  const window = { from: 1_000, to: 2_000 };
  test.each([
    ["before it", 100, 999, true],
    ["up to its start", 100, 1_000, true],
    ["a millisecond into it", 100, 1_001, false],
    ["ahead of it", 2_500, 2_600, false],
    ["a series from before it to after it", 100, 9_000, false],
    ["without end", 100, null, false],
    ["without length, at its start", 1_000, 1_000, false],
    ["without length, before it", 999, 999, true],
  ])("an event %s", (_name, first, last, left) => expect(hasLeft({ first, last }, window)).toBe(left));
});

describe("the report", () => {
  const t0 = Date.UTC(2026, 0, 1);
  const facts: RetentionFacts = {
    accounts: [
      {
        accountId: "acc_1", createdAt: t0, erasureRequestedAt: null, authorizations: [{ id: "aut_1", applicationId: "app_1", endedAt: t0 }],
        records: [
          { class: "third-party-event", record: "calendar_object", rows: 40, leftWindowAt: null },
          { class: "third-party-event", record: "calendar_object", rows: 2, leftWindowAt: t0 - 3 * dayMs },
          { class: "structure", record: "account", rows: 3 },
        ],
      },
      { accountId: "acc_2", createdAt: t0, erasureRequestedAt: null, authorizations: [{ id: "aut_2", applicationId: "app_1", endedAt: null }], records: [{ class: "structure", record: "account", rows: 1 }] },
    ],
    shared: [{ class: "operational", record: "change_record", rows: 7, writtenAt: t0 - 100 * dayMs }],
  };
  const notes = { organizationId: "org", empty: { "smart-invite": "None are kept yet." }, clock: { lastSeen: t0, held: false }, erasures: [] };

  test("names every class, the oldest rows and the rule that keeps them", () => {
    const report = reportOf(defaultRetentionPolicy, facts, t0 + dayMs, notes);
    expect(report.classes.map((one) => one.class)).toEqual([...recordClasses]);
    const of = (name: string) => report.classes.find((one) => one.class === name);
    expect(of("third-party-event")).toMatchObject({ rows: 42, accounts: 1, overdueRows: 0, nextDue: "2026-01-29T00:00:00.000Z", oldest: { rule: "third-party-outside-window", rows: 2 } });
    expect(of("structure")).toMatchObject({ rows: 4, accounts: 2, oldest: { accountId: "acc_1", rule: "structure-no-authorization", until: "2026-04-01T00:00:00.000Z" } });
    expect(of("smart-invite")).toMatchObject({ rows: 0, oldest: null, note: "None are kept yet." });
    expect(report).toMatchObject({ overdueRows: 7, moreLines: 0 });
    expect(report.lines[0]).toMatchObject({ class: "operational", overdue: true });
    expect(report.lines.at(-1)).toMatchObject({ accountId: "acc_2", until: null });
    expect(reportOf(defaultRetentionPolicy, facts, t0, { ...notes, lineLimit: 2 })).toMatchObject({ moreLines: 3 });
  });

  test("reads as text", () => {
    const text = reportText(reportOf(defaultRetentionPolicy, facts, t0 + dayMs, { ...notes, clock: { lastSeen: t0, held: true } }));
    expect(text).toContain("7 rows are due");
    expect(text).toContain("The clock jumped");
    expect(text).toContain("None are kept yet.");
    expect(text).toContain("the last authorization ended on 2026-01-01T00:00:00.000Z");
  });
});
