import type { Random } from "@kalends/model";
import { addDays } from "./civil-date.ts";
import type { DemoEvent } from "./demo-event.ts";
import type { DemoPersonPlan } from "./demo-people.ts";

/** A demo event with its calendar. `movable` ones are those that later edits touch. */
export interface PlannedEvent {
  calendar: string;
  movable: boolean;
  event: DemoEvent;
}

const weeksBack = 6;
const weeksAhead = 20;
const titles = ["Design review", "Customer call", "Planning", "Interview", "Budget round", "Release check", "Workshop", "Supplier call"];
const rooms = ["Room 2", "Library", "Video call", "Harbour room"];

/** Hours of single meetings, minutes after midnight. Series stay in the morning, so that the two do not hide each other. */
export const afternoon: { from: number; to: number } = { from: 11 * 60 + 30, to: 18 * 60 };

/** Draws one of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.uniform() * items.length)] as T;
}

/** All events of one person, the same for the same random source and Monday. */
export function planDemoEvents(person: DemoPersonPlan, monday: string, random: Random): PlannedEvent[] {
  const events = [...seriesOf(person, monday, random), ...specialsOf(person, monday)];
  let number = 0;
  for (let week = -weeksBack; week <= weeksAhead; week++) {
    for (let weekday = 0; weekday < 5; weekday++) {
      const date = addDays(monday, week * 7 + weekday);
      for (const start of freeStarts(events, date, random)) {
        const uid = `${person.id}-single-${++number}@sandbox.test`;
        events.push({ calendar: "work", movable: true, event: singleMeeting(uid, date, start, random) });
      }
    }
  }
  return events;
}

/** A single meeting of 30 to 90 minutes. One in five is tentative. */
export function singleMeeting(uid: string, date: string, start: number, random: Random): DemoEvent {
  const length = pick(random, [30, 60, 60, 90]);
  const event: DemoEvent = { uid, title: pick(random, titles), date, start, length, location: pick(random, rooms) };
  if (random.uniform() < 0.2) event.status = "tentative";
  return event;
}

/** One or two starts of single meetings on a date; none where something lasts all day or fills the afternoon already. */
function freeStarts(events: readonly PlannedEvent[], date: string, random: Random): number[] {
  const draws = [random.uniform(), random.uniform(), random.uniform()];
  if (events.some(({ event }) => !event.transparent && isOn(event, date))) return [];
  const starts: number[] = [];
  if ((draws[0] ?? 0) < 0.6) starts.push(afternoon.from + 30 * Math.floor((draws[1] ?? 0) * 4));
  if ((draws[0] ?? 0) > 0.3) starts.push(15 * 60 + 30 * Math.floor((draws[2] ?? 0) * 3));
  return starts;
}

/** True for an event without rule that occupies afternoon hours of that date. */
function isOn(event: DemoEvent, date: string): boolean {
  if (event.rule !== undefined || event.status === "cancelled") return false;
  if (event.start === null) return event.date <= date && date < addDays(event.date, event.length);
  return event.date === date && event.start + event.length > afternoon.from;
}

function seriesOf(person: DemoPersonPlan, monday: string, random: Random): PlannedEvent[] {
  const start = addDays(monday, -7 * weeksBack);
  const standUp = pick(random, [9 * 60, 9 * 60 + 30]);
  const others = ["ada", "bruno", "chie", "dana"].filter((id) => id !== person.id).map((id) => `${id}@sandbox.test`);
  const event = (key: string, rest: Omit<DemoEvent, "uid">): PlannedEvent => ({
    calendar: "work",
    movable: false,
    event: { uid: `${person.id}-${key}@sandbox.test`, ...rest },
  });
  return [
    event("stand-up", {
      title: "Stand-up",
      date: start,
      start: standUp,
      length: 30,
      rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
      skipped: [addDays(monday, -3), addDays(monday, 4)],
    }),
    event("team", {
      title: "Team meeting",
      date: start,
      start: 10 * 60,
      length: 60,
      rule: "FREQ=WEEKLY;BYDAY=MO",
      skipped: [addDays(monday, 7)],
      overrides: [
        { original: addDays(monday, -7), start: 8 * 60 },
        { original: monday, date: addDays(monday, 1), start: 10 * 60, length: 90 },
        { original: addDays(monday, 14), status: "cancelled" },
      ],
      attendees: others,
      description: "Notes are in the shared folder.",
    }),
    event("one-to-one", {
      title: "One-to-one",
      date: addDays(start, 2),
      start: 10 * 60 + 30,
      length: 45,
      rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
      overrides: [{ original: addDays(monday, 2), status: "tentative" }],
      attendees: others.slice(0, 1),
    }),
    event("review", {
      title: "Monthly review",
      date: firstOfMonth(addDays(start, 3)),
      start: 10 * 60,
      length: 90,
      rule: "FREQ=MONTHLY;BYDAY=1TH",
      location: pick(random, rooms),
    }),
    event("dropped", { title: "Vendor day", date: addDays(monday, 1), start: 13 * 60, length: 240, status: "cancelled" }),
  ];
}

/** The first date from a date on, in whole weeks, that is the first of its weekday in a month. */
function firstOfMonth(date: string): string {
  return Number(date.slice(8)) <= 7 ? date : firstOfMonth(addDays(date, 7));
}

/** What only this person has, with a place in the current week for every kind of busy. */
function specialsOf(person: DemoPersonPlan, monday: string): PlannedEvent[] {
  const event = (key: string, offset: number, rest: Omit<DemoEvent, "uid" | "date">, calendar = "work"): PlannedEvent => ({
    calendar,
    movable: false,
    event: { uid: `${person.id}-${key}@sandbox.test`, date: addDays(monday, offset), ...rest },
  });
  switch (person.id) {
    case "ada":
      return [
        event("choir", 2, { title: "Choir", start: 18 * 60 + 30, length: 90, rule: "FREQ=WEEKLY;BYDAY=WE", isPrivate: true }, "personal"),
        event("leave", 4, { title: "Off", start: 13 * 60, length: 300, busyStatus: "OOF" }),
        event("birthday", 3, { title: "Birthday of Kofi", start: null, length: 1, transparent: true }, "personal"),
      ];
    case "bruno":
      return [
        event("site", 3, { title: "Customer site", start: null, length: 1 }),
        event("hold", 1, { title: "Hold for contract talks", start: 14 * 60, length: 150, status: "tentative" }),
      ];
    case "chie":
      return [
        event("leave", 3, { title: "Annual leave", start: null, length: 2, busyStatus: "OOF" }),
        event("remote", 1, { title: "At the Osaka office", start: 13 * 60, length: 240, busyStatus: "WORKINGELSEWHERE" }),
      ];
    default:
      return [
        event("dentist", 1, { title: "Dentist", start: 12 * 60, length: 75, isPrivate: true }, "family"),
        event("school", 0, { title: "School run", start: 8 * 60, length: 45, rule: "FREQ=WEEKLY;BYDAY=MO,WE,FR" }, "family"),
        event("focus", 3, { title: "Focus time", start: 13 * 60, length: 120, transparent: true }),
      ];
  }
}
