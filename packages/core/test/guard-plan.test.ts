import { describe, expect, test } from "vitest";
import type { PulledPage } from "@kalends/model";
import { guardPage, sweepIsBelievable } from "@kalends/core";
import { sampleObject } from "./sample-object.ts";

const page = (over: Partial<PulledPage> = {}): PulledPage => ({
  pass: "snapshot",
  objects: [],
  present: [],
  removed: [],
  quarantined: [],
  nextPageToken: null,
  nextCursor: "1",
  ...over,
});
const first = { request: { cursor: null, pageToken: null }, kind: null };

describe("guardPage", () => {
  test("a page that answers its question passes", () => {
    expect(() => guardPage(page({ objects: [sampleObject("a")] }), first)).not.toThrow();
  });

  test.each([
    ["changes where the whole was asked for", page({ pass: "delta" }), first],
    ["another kind than the page before", page(), { request: { cursor: "1", pageToken: "2" }, kind: "delta" as const }],
    ["no progress", page({ nextPageToken: "2", nextCursor: null }), { request: { cursor: null, pageToken: "2" }, kind: "snapshot" as const }],
    ["last and not last", page({ nextPageToken: "2" }), first],
    ["there and gone", page({ objects: [sampleObject("a")], removed: ["/a.ics"] }), first],
    ["no event", page({ objects: [{ ...sampleObject("a"), events: [] }] }), first],
    ["a foreign UID", page({ objects: [{ ...sampleObject("a"), uid: "b" }] }), first],
  ])("refuses a page with %s", (_name, bad, state) => {
    expect(() => guardPage(bad, state)).toThrow(expect.objectContaining({ code: "answer-invalid" }));
  });
});

describe("sweepIsBelievable", () => {
  test.each([
    [{ all: 1000, unseen: 0, refusedBefore: null }, true],
    [{ all: 1000, unseen: 500, refusedBefore: null }, true],
    [{ all: 1000, unseen: 501, refusedBefore: null }, false],
    [{ all: 1000, unseen: 501, refusedBefore: 501 }, true],
    [{ all: 1000, unseen: 600, refusedBefore: 501 }, false],
    [{ all: 10, unseen: 9, refusedBefore: null }, true],
    [{ all: 10, unseen: 10, refusedBefore: null }, false],
    [{ all: 10, unseen: 10, refusedBefore: 10 }, true],
    [{ all: 0, unseen: 0, refusedBefore: null }, true],
  ])("%o -> %s", (count, believable) => {
    expect(sweepIsBelievable(count)).toBe(believable);
  });
});
