import { describe, expect, test } from "vitest";
import type { PulledPage } from "@kalends/model";
import { guardObject, guardPage, guardRemoved, sweepIsBelievable } from "@kalends/core";
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
  ])("refuses a page with %s", (_name, bad, state) => {
    expect(() => guardPage(bad, state)).toThrow(expect.objectContaining({ code: "answer-invalid" }));
  });
});

test.each([
  ["an object without an event", () => guardObject({ ...sampleObject("a"), events: [] })],
  ["an object of a foreign UID", () => guardObject({ ...sampleObject("a"), uid: "b" })],
  ["an object that is called gone as well", () => guardRemoved(["/a.ics"], [sampleObject("a")])],
])("refuses %s", (_name, guard) => {
  expect(guard).toThrow(expect.objectContaining({ code: "answer-invalid" }));
});

test("an object, and others that are gone, pass", () => {
  expect(() => guardObject(sampleObject("a"))).not.toThrow();
  expect(() => guardRemoved(["/b.ics"], [sampleObject("a")])).not.toThrow();
});

describe("sweepIsBelievable", () => {
  test.each([
    [{ before: 1000, unseen: 0, confirmed: null }, true],
    [{ before: 1000, unseen: 500, confirmed: null }, true],
    [{ before: 1000, unseen: 501, confirmed: null }, false],
    [{ before: 1000, unseen: 501, confirmed: 501 }, true],
    [{ before: 1000, unseen: 521, confirmed: 501 }, true],
    [{ before: 1000, unseen: 600, confirmed: 501 }, false],
    [{ before: 1000, unseen: 300, confirmed: 0 }, false],
    [{ before: 10, unseen: 9, confirmed: null }, true],
    [{ before: 10, unseen: 10, confirmed: null }, false],
    [{ before: 10, unseen: 10, confirmed: 0 }, false],
    [{ before: 10, unseen: 10, confirmed: 10 }, true],
    [{ before: 0, unseen: 0, confirmed: null }, true],
  ])("%o -> %s", (count, believable) => {
    expect(sweepIsBelievable(count)).toBe(believable);
  });
});
