import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayMs, recordClasses, reportOf, reportPage, retentionPresets, type RetentionFacts, type RetentionReport } from "../src/index.ts";
import { passedShare } from "../src/page/class-panel.ts";

const t0 = Date.UTC(2026, 0, 1);

function sample(accountId = "acc_1", over: Partial<RetentionReport> = {}): RetentionReport {
  const facts: RetentionFacts = {
    accounts: [
      {
        accountId, createdAt: t0, erasureRequestedAt: null, authorizations: [{ id: "aut_1", applicationId: "app_1", endedAt: t0 }],
        records: [{ class: "third-party-event", record: "calendar_object", rows: 1_234, leftWindowAt: null }, { class: "structure", record: "account", rows: 3 }],
      },
    ],
    shared: [{ class: "operational", record: "change_record", rows: 7, writtenAt: t0 - 100 * dayMs }],
  };
  const notes = { organizationId: "org", empty: { "smart-invite": "None are kept yet." }, clock: { lastSeen: t0, held: false }, erasures: [] };
  return { ...reportOf(retentionPresets.cronofy, facts, t0 + 15 * dayMs, notes), ...over };
}

describe("the page", () => {
  test("tells what is held, why and until when, for every class", () => {
    const page = reportPage(sample());
    for (const of of recordClasses) expect(page).toContain(`<span class="tag">${of}</span>`);
    expect(page).toContain("<b>1,234 rows</b> of 1 account");
    expect(page).toContain("7 rows are due.");
    expect(page).toContain('Due since: <time datetime="2025-12-22T00:00:00.000Z">');
    expect(page).toContain('datetime="2026-01-31T00:00:00.000Z">2026-01-31 00:00 UTC</time>');
    expect(page).toContain("50 % of its time has passed");
    expect(page).toContain("None are kept yet.");
    expect(page).toContain("hidden from app_1");
    for (const { rule } of sample().lines) expect(page).toContain(rule);
  });

  test("says that the clock is held, that accounts are held, and which requests are open", () => {
    const policy = { ...retentionPresets.cronofy, legalHold: ["acc_1", "acc_2"] };
    const erasures = [{ id: "era_1", accountId: "acc_9", requestedAt: new Date(t0).toISOString(), state: "running" as const, openItems: ["billing"] }];
    const page = reportPage(sample("acc_1", { clock: { lastSeen: null, held: true }, policy, erasures }));
    for (const text of ["The clock jumped", "last seen never", "Legal hold</b> on 2 accounts", "era_1", "under way", "to be told: billing"]) expect(page).toContain(text);
    expect(page).not.toContain("Remove them with");
  });

  test("runs no script and loads nothing, whatever an id says", () => {
    const page = reportPage(sample(`"><script>alert(1)</script>\u202e`, { organizationId: "<img src=x onerror=alert(1)>" }));
    expect(page).not.toMatch(/<script|<img|<link|\u202e/);
    expect(page).toContain("&quot;&gt;&lt;script&gt;");
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<[^>]*\s(?:src|href|on\w+)\s*=|url\(/);
  });

  test("is well-formed for every id and name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (accountId, name) => {
        const page = reportPage(sample(accountId, { policy: { ...retentionPresets.strict, name } }));
        const tags = [...page.replace(/<style>[\s\S]*?<\/style>|<!doctype html>/, "").replace(/<!doctype html>/, "").matchAll(/<(\/?)([a-z0-9]+)[^<>]*?(\/?)>/g)];
        const open: string[] = [];
        for (const [, closing, tag = "", self] of tags) {
          if (["meta", "rect"].includes(tag) || self === "/") continue;
          if (closing === "/") expect(open.pop()).toBe(tag);
          else open.push(tag);
        }
        expect(open).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ["half way", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", 0.5],
    ["over", "2025-01-01T00:00:00Z", "2025-01-03T00:00:00Z", 1],
    ["not begun", "2027-01-01T00:00:00Z", "2027-01-03T00:00:00Z", 0],
    ["at once", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", 1],
    ["without a clock", null, null, null],
    ["at no time of a calendar", "a time that no calendar names", "2026-01-02T00:00:00Z", null],
  ])("a period %s", (_name, since, until, share) => expect(passedShare({ since, until }, "2026-01-02T00:00:00Z")).toBe(share));
});
