import { afterEach, describe, expect, test } from "vitest";
import { createDemoWorld, movableClock, type DemoWorld, type MovableClock } from "../src/index.ts";

const worlds: DemoWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function make(start: string, seed: number): Promise<{ world: DemoWorld; clock: MovableClock }> {
  const clock = movableClock(start);
  const world = await createDemoWorld({ clock, seed });
  worlds.push(world);
  return { world, clock };
}

/** Everything stored, by person, calendar and file or event. */
function contents(world: DemoWorld): Map<string, string> {
  const all = new Map<string, string>();
  for (const user of world.sandbox.users) {
    for (const calendar of user.calendars()) {
      for (const name of calendar.names()) all.set(`${user.name}/${calendar.name}/${name}`, calendar.read(name.slice(0, -4)) ?? "");
    }
  }
  for (const user of world.google.users) {
    for (const calendar of user.calendars()) {
      const name = calendar.id === user.email ? "work" : calendar.id;
      for (const event of calendar.events()) all.set(`${user.email.split("@")[0]}/${name}/${event.id}`, JSON.stringify(event));
    }
  }
  return all;
}

/** Days on which something of a person's work calendar begins, `YYYYMMDD`. */
function startsOf(world: DemoWorld, { id, provider, username }: DemoWorld["people"][number]): string[] {
  if (provider === "google") {
    const events = world.google.user(username).calendar().events();
    return events.map(({ start }) => (start?.date ?? start?.dateTime ?? "").slice(0, 10).replaceAll("-", ""));
  }
  const work = world.sandbox.user(id).calendar("work");
  return work.names().map((name) => {
    const text = work.read(name.slice(0, -4)) ?? "";
    return /DTSTART[^:]*:(\d{8})/.exec(text.slice(text.indexOf("BEGIN:VEVENT")))?.[1] ?? "";
  });
}

describe("demo world", () => {
  test("is the same for the same seed and hour, through all edits, and another one for another seed", async () => {
    const one = (await make("2026-11-20T10:00:00Z", 7)).world;
    const two = (await make("2026-11-20T10:00:00Z", 7)).world;
    const three = (await make("2026-11-20T10:00:00Z", 8)).world;
    expect(contents(one)).toEqual(contents(two));
    expect(contents(one)).not.toEqual(contents(three));
    expect(one.people).toEqual(two.people);
    for (let index = 0; index < 50; index++) expect(await one.editOnce()).toBe(await two.editOnce());
    expect(contents(one)).toEqual(contents(two));
  });

  test("has four people in four zones, and every kind of event in the current week of any date", async () => {
    for (const start of ["2026-11-16T00:00:00Z", "2026-03-29T12:00:00Z", "2027-01-01T12:00:00Z", "2028-02-29T23:59:59Z"]) {
      const { world } = await make(start, 3);
      expect(new Set(world.people.map(({ zone }) => zone)).size).toBe(4);
      expect(world.people.filter(({ provider }) => provider === "google")).toHaveLength(2);
      const all = [...contents(world).values()].join("");
      const needles = ["RRULE:", "RECURRENCE-ID", "EXDATE", "VALUE=DATE", "STATUS:TENTATIVE", "STATUS:CANCELLED"];
      needles.push("BUSYSTATUS:OOF", "WORKINGELSEWHERE", "ATTENDEE", '"outOfOffice"', '"private"', '"recurringEventId"', '"transparent"', '"tentative"');
      for (const needle of needles) expect(all).toContain(needle);
      const at = Date.parse(start.slice(0, 10));
      const monday = at - ((at / 86_400_000 + 3) % 7) * 86_400_000;
      for (const person of world.people) {
        const starts = startsOf(world, person);
        const dateOf = (day: number): string => new Date(monday + day * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
        const days = new Set([0, 1, 2, 3, 4].map(dateOf));
        expect(starts.filter((date) => days.has(date)).length).toBeGreaterThan(2);
      }
    }
  });

  test("every text is one that the server itself accepts from a client", async () => {
    const { world } = await make("2026-11-20T10:00:00Z", 1);
    for (let index = 0; index < 30; index++) await world.editOnce();
    for (const person of world.people.filter(({ provider }) => provider === "caldav")) {
      const target = world.sandbox.user(person.id).createCalendar("copy");
      const work = world.sandbox.user(person.id).calendar("work");
      for (const name of work.names().slice(0, 40)) {
        const text = work.read(name.slice(0, -4)) ?? "";
        expect(Math.max(...text.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(75);
        const answer = await fetch(`${target.url}${encodeURIComponent(name)}`, {
          method: "PUT",
          body: text,
          headers: { "content-type": "text/calendar", authorization: `Basic ${btoa(`${person.username}:${person.password}`)}` },
        });
        expect(answer.status).toBe(201);
      }
    }
  });

  test("each edit changes exactly one object and says so; editing by the clock stops when told", async () => {
    const { world, clock } = await make("2026-11-18T10:00:00Z", 2);
    const seen = new Set<string>();
    let before = contents(world);
    for (let index = 0; index < 120; index++) {
      const sentence = await world.editOnce();
      seen.add(sentence.split(" ").slice(1).join(" "));
      const after = contents(world);
      const changed = new Set([...before.keys(), ...after.keys()].filter((key) => before.get(key) !== after.get(key)));
      expect([...changed]).toHaveLength(1);
      expect([...changed][0]?.startsWith(`${sentence.split(" ")[0]?.toLowerCase()}/work/`)).toBe(true);
      before = after;
    }
    const kinds = ["added a meeting", "moved a meeting", "removed a meeting", "made a meeting tentative", "confirmed a meeting"];
    expect(seen).toEqual(new Set(kinds));
    const sentences: string[] = [];
    const stop = world.startEditing(1_000, (sentence) => sentences.push(sentence));
    clock.advance(3_500);
    await Promise.resolve();
    expect(sentences).toHaveLength(3);
    stop();
    clock.advance(5_000);
    expect([clock.waiting, sentences.length]).toEqual([0, 3]);
  });
});
