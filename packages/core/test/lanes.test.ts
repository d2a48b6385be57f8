import { describe, expect, test } from "vitest";
import { defaultSettings } from "@kalends/core";
import { Lanes } from "../src/schedule/lanes.ts";

function run(lanes: Lanes, code: Parameters<Lanes["end"]>[1], now: number, lane = "caldav"): void {
  lanes.begin(lane);
  lanes.end(lane, code, now);
}

describe("lanes", () => {
  test("a provider that answers keeps all places, whatever it refuses", () => {
    const lanes = new Lanes(defaultSettings);
    for (let runs = 0; runs < 20; runs += 1) run(lanes, runs % 2 === 0 ? "permission-denied" : "auth-failed", runs);
    expect([lanes.avoided(20), lanes.careful, lanes.opensAt(20)]).toEqual([[], false, null]);
  });

  test("one that is down gets half of the places, then none for a while that doubles, then one until it answers", () => {
    const lanes = new Lanes({ ...defaultSettings, concurrency: 4 });
    run(lanes, "network-timeout", 0);
    expect(lanes.careful).toBe(true);
    lanes.begin("caldav");
    expect(lanes.avoided(0)).toEqual([]);
    lanes.begin("caldav");
    expect(lanes.avoided(0)).toEqual(["caldav"]);
    for (let runs = 0; runs < 2; runs += 1) lanes.end("caldav", "network-unreachable", 1);
    for (let runs = 0; runs < 2; runs += 1) run(lanes, "server-error", 2);
    expect([lanes.avoided(3), lanes.opensAt(3)]).toEqual([["caldav"], 15_002]);
    expect(lanes.avoided(15_002)).toEqual([]);
    lanes.begin("caldav");
    expect(lanes.avoided(15_002)).toEqual(["caldav"]);
    lanes.end("caldav", "network-timeout", 20_000);
    expect(lanes.opensAt(20_001)).toBe(50_000);
    run(lanes, null, 50_000);
    expect([lanes.avoided(50_000), lanes.careful]).toEqual([[], false]);
  });

  test("a success between failures starts the count again, and other lanes are untouched", () => {
    const lanes = new Lanes(defaultSettings);
    for (let runs = 0; runs < 40; runs += 1) run(lanes, runs % 4 === 3 ? null : "network-timeout", runs);
    run(lanes, null, 41, "feed");
    expect(lanes.avoided(41)).toEqual([]);
    lanes.closeUntil("caldav", 100);
    expect(lanes.avoided(41)).toEqual(["caldav"]);
    expect(lanes.avoided(100)).toEqual([]);
  });
});
