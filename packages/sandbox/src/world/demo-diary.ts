import type { Random } from "@kalends/model";
import { addDays } from "./civil-date.ts";
import type { DemoCalendars } from "./demo-calendars.ts";
import type { DemoEvent } from "./demo-event.ts";
import type { DemoPersonPlan } from "./demo-people.ts";
import { afternoon, pick, planDemoEvents, singleMeeting, type PlannedEvent } from "./plan-demo-events.ts";

/** What one person has written into their calendars, and how they change their mind. */
export class DemoDiary {
  readonly person: DemoPersonPlan;
  private readonly calendars: DemoCalendars;
  private readonly random: Random;
  private readonly fixed: DemoEvent[] = [];
  private readonly meetings = new Map<string, DemoEvent>();
  private added = 0;

  constructor(person: DemoPersonPlan, calendars: DemoCalendars, monday: string, random: Random) {
    this.person = person;
    this.calendars = calendars;
    this.random = random;
    for (const planned of planDemoEvents(person, monday, random)) this.keep(planned);
  }

  /** One change inside Monday to Friday of the week; the sentence says what a neighbour would notice. */
  edit(monday: string): string {
    const inWeek = [...this.meetings.values()].filter((event) => event.date >= monday && event.date < addDays(monday, 5));
    const firstName = this.person.name.split(" ")[0] ?? this.person.name;
    const draw = this.random.uniform();
    if (inWeek.length < 4 || (draw < 0.3 && inWeek.length < 9)) {
      if (this.add(monday)) return `${firstName} added a meeting`;
    }
    const event = pick(this.random, inWeek);
    if (inWeek.length > 8 || draw > 0.85) {
      this.meetings.delete(event.uid);
      this.calendars.remove("work", event.uid);
      return `${firstName} removed a meeting`;
    }
    if (draw < 0.65 && this.move(event, monday)) return `${firstName} moved a meeting`;
    const tentative = event.status !== "tentative";
    this.write({ ...event, status: tentative ? "tentative" : "confirmed" });
    return tentative ? `${firstName} made a meeting tentative` : `${firstName} confirmed a meeting`;
  }

  private keep({ calendar, movable, event }: PlannedEvent): void {
    this.calendars.put(calendar, event);
    if (movable) this.meetings.set(event.uid, event);
    else if (event.rule === undefined && !event.transparent && event.status !== "cancelled") this.fixed.push(event);
  }

  private write(event: DemoEvent): void {
    const next: DemoEvent = { ...event, sequence: (event.sequence ?? 0) + 1 };
    this.meetings.set(event.uid, next);
    this.calendars.put("work", next);
  }

  private add(monday: string): boolean {
    const uid = `${this.person.id}-added-${++this.added}@sandbox.test`;
    const event = singleMeeting(uid, monday, afternoon.from, this.random);
    const place = this.freePlace(monday, event);
    if (place) this.write({ ...event, ...place });
    return place !== null;
  }

  private move(event: DemoEvent, monday: string): boolean {
    const place = this.freePlace(monday, event);
    if (place) this.write({ ...event, ...place });
    return place !== null;
  }

  /** A place in the week where the event hides nothing and nothing hides it, so that the change can be seen. */
  private freePlace(monday: string, event: DemoEvent): { date: string; start: number } | null {
    const places: { date: string; start: number }[] = [];
    for (let day = 0; day < 5; day++) {
      const date = addDays(monday, day);
      for (let start = afternoon.from; start + event.length <= afternoon.to; start += 30) {
        if (!this.isTaken(date, start, event)) places.push({ date, start });
      }
    }
    return places.length > 0 ? pick(this.random, places) : null;
  }

  private isTaken(date: string, from: number, moving: DemoEvent): boolean {
    const to = from + moving.length;
    for (const event of [...this.fixed, ...this.meetings.values()]) {
      // A meeting may overlap the place that it leaves, but staying put would be no move.
      if (event.uid === moving.uid && (event.date !== date || event.start !== from)) continue;
      if (event.start === null) {
        if (event.date <= date && date < addDays(event.date, event.length)) return true;
      } else if (event.date === date && event.start < to && from < event.start + event.length) return true;
    }
    return false;
  }
}
