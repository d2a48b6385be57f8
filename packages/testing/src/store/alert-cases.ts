import { expect } from "vitest";
import type { NewAlert } from "@kalends/model";
import { codeOf, type StoreCase } from "./store-world.ts";

const alert: NewAlert = { kind: "quarantine-growth", subject: "calendar-1", detail: "12 set aside", escalateAt: 5_000 };

const life: StoreCase = {
  title: "an alert is open until acknowledged, escalates once, and points at its first record",
  async run(world) {
    const org = await world.populate();
    expect(await org.alerts.raise(alert, 1_000)).toBe(1);
    expect(await org.alerts.raise({ ...alert, detail: "13 set aside" }, 1_001)).toBeNull();
    expect(await org.alerts.raise({ ...alert, subject: "calendar-2" }, 1_002)).toBe(2);
    expect(await org.jobs.dueAt("escalate-alert", "1")).toBe(5_000);
    await world.turn();
    const { alerts } = world.org();
    expect((await alerts.open()).map(({ raised, escalatedAt }) => [raised.sequence, raised.detail, escalatedAt])).toEqual([
      [1, "12 set aside", null], [2, "12 set aside", null],
    ]);
    expect(await alerts.escalate(1, 5_000)).toBe(true);
    expect(await alerts.escalate(1, 5_001)).toBe(false);
    expect((await alerts.open())[0]?.escalatedAt).toBe(5_000);
    expect(await alerts.acknowledge(1, "member-1", 6_000)).toBe(true);
    expect(await alerts.acknowledge(1, "member-2", 6_001)).toBe(false);
    expect(await alerts.acknowledge(2, "member-2", 6_002)).toBe(true);
    expect(await alerts.escalate(2, 6_003)).toBe(false);
    expect(await alerts.open()).toEqual([]);
    expect(await alerts.raise(alert, 7_000)).toBe(6);
    await world.turn();
    const records = await world.org().alerts.read(0, 100);
    expect(records.map(({ sequence, first, step, actor }) => [sequence, first, step, actor])).toEqual([
      [1, 1, "raised", "kalends"],
      [2, 2, "raised", "kalends"],
      [3, 1, "escalated", "kalends"],
      [4, 1, "acknowledged", "member-1"],
      [5, 2, "acknowledged", "member-2"],
      [6, 6, "raised", "kalends"],
    ]);
    expect((await world.org().audit.read(0, 100)).filter(({ action }) => action === "alert")).toHaveLength(6);
    expect(await codeOf(world.org().alerts.acknowledge(99, "member-1", 1))).toBe("not-found");
    expect(await codeOf(world.org().alerts.escalate(99, 1))).toBe("not-found");
  },
};

const apart: StoreCase = {
  title: "alerts of another organization are not there",
  async run(world) {
    await world.populate();
    await world.populate("org-b");
    await world.org().alerts.raise(alert, 1_000);
    await world.turn();
    const other = world.org("org-b").alerts;
    expect([await other.open(), await other.read(0, 10)]).toEqual([[], []]);
    expect(await codeOf(other.acknowledge(1, "member-1", 1))).toBe("not-found");
    expect(await other.raise(alert, 1_001)).toBe(1);
    expect(await other.acknowledge(1, "member-1", 1_002)).toBe(true);
    expect(await world.org().alerts.open()).toHaveLength(1);
  },
};

/** Alerts. */
export const alertCases: readonly StoreCase[] = [life, apart];
