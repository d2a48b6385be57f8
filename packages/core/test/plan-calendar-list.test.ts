import { describe, expect, test } from "vitest";
import type { Calendar, RemoteCalendar } from "@kalends/model";
import { listIsBelievable, planCalendarList } from "../src/calendars/plan-calendar-list.ts";

const remote = (remoteKey: string, over: Partial<RemoteCalendar> = {}): RemoteCalendar => ({
  remoteKey, name: remoteKey, color: null, timeZone: null, readOnly: false, hints: {}, ...over,
});
const calendar = (remoteKey: string, over: Partial<Calendar> = {}): Calendar => ({
  organizationId: "o", id: `cal_${remoteKey}`, connectionId: "con", accountId: "acc", createdAt: 0, removedAt: null, ...remote(remoteKey), ...over,
});
const plan = (stored: Calendar[], listed: RemoteCalendar[]): ReturnType<typeof planCalendarList> => {
  let next = 0;
  return planCalendarList({ connection: { id: "con", accountId: "acc" }, stored, listed, now: 5, newId: () => `new_${(next += 1)}` });
};

describe("planCalendarList", () => {
  test("a new calendar is added and its first sync planned", () => {
    const update = plan([], [remote("/a/"), remote("/a/")]);
    expect(update.added.map(({ id }) => id)).toEqual(["new_1"]);
    expect(update.jobs).toEqual([{ kind: "sync-calendar", subject: "new_1", runAt: 5, priority: "user" }]);
    expect(update.changes.map(({ kind }) => kind)).toEqual(["calendar-added"]);
  });

  test("a rename is a change, new hints alone are none", () => {
    const update = plan([calendar("/a/"), calendar("/b/")], [remote("/a/", { name: "New" }), remote("/b/", { hints: { level: "2" } })]);
    expect(update.changed.map(({ id }) => id)).toEqual(["cal_/a/"]);
    expect(update.touched).toEqual([{ id: "cal_/b/", hints: { level: "2" } }]);
    expect(update.changes.map(({ kind, calendarId }) => [kind, calendarId])).toEqual([["calendar-changed", "cal_/a/"]]);
  });

  test("what is not listed is removed, and keeps its id when it comes back", () => {
    expect(plan([calendar("/a/"), calendar("/b/")], [remote("/b/")]).removed).toEqual(["cal_/a/"]);
    const back = plan([calendar("/a/", { removedAt: 3 })], [remote("/a/")]);
    expect(back.added.map(({ id }) => id)).toEqual(["cal_/a/"]);
    expect(back.removed).toEqual([]);
  });

  test.each([[3, 0, true], [3, 1, true], [3, 3, false], [1, 1, false], [4, 2, true], [4, 3, false]])(
    "%i calendars of which %i vanish: believable %s",
    (stored, removed, believable) => expect(listIsBelievable(stored, removed)).toBe(believable),
  );
});
