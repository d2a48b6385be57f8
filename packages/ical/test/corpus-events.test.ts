import { describe, expect, test } from "vitest";
import { expandObjects, expandTimings, localToUtc, parseCalendar, storedTiming } from "../src/index.ts";
import { isoOf, textOf, type Corpus } from "./corpus.ts";
import { sharedJson } from "./shared-data.ts";

const corpus = sharedJson<Corpus>("recurrence/corpus-shared.json");
const events = (corpus?.cases ?? []).filter((entry) => entry.kind === "event");

const excluded: ReadonlyMap<string, string> = new Map([
  [
    "e081b178565",
    "the source compares its window with wall time; in UTC, as the case says, the instance starts two hours after the window",
  ],
]);

describe("shared event corpus", () => {
  test("masters, overrides, EXDATE, RDATE and THISANDFUTURE give the expected events, by both ways of expanding", (context) => {
    if (corpus === null) context.skip("the shared recurrence corpus is absent");
    const wrong: string[] = [];
    for (const entry of events) {
      const zone = entry.window.tzid ?? "UTC";
      const range = { from: localToUtc(zone, isoOf(entry.window.from)), to: localToUtc(zone, isoOf(entry.window.to)) };
      const { objects } = parseCalendar(textOf(entry), { remoteKey: "k", revision: null });
      const { occurrences } = expandObjects(objects, range, { floatingZone: zone });
      let visited = 0;
      expandTimings(
        objects.map((object) => ({ uid: object.uid, timing: storedTiming(object) })),
        range,
        { floatingZone: zone },
        () => visited++,
      );
      const starts = occurrences.map((occurrence) => new Date(occurrence.from).toISOString().replace(/[-:]|\.000/g, ""));
      const right =
        starts.length === entry.expectedCount &&
        visited === entry.expectedCount &&
        (entry.expectedStarts === undefined || starts.join() === entry.expectedStarts.join());
      if (right === excluded.has(entry.id)) wrong.push(`${entry.id} ${entry.name}: ${starts.join()} instead of ${entry.expectedCount}`);
    }
    expect(wrong).toEqual([]);
    expect(events.length).toBeGreaterThan(40);
  });
});
