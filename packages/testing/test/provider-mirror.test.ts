import { Secret, type CalendarObject, type PulledPage } from "@kalends/model";
import { describe, expect, test } from "vitest";
import { ProviderMirror } from "../src/index.ts";

const access = { endpoint: {}, credential: { kind: "password" as const, username: "a", password: new Secret("b") } };
const calendar = { remoteKey: "c", name: "c", color: null, timeZone: null, readOnly: false, hints: {} };

function object(remoteKey: string): CalendarObject {
  const event = { uid: remoteKey, start: { kind: "utc" as const, value: "2026-03-01T09:00:00" }, status: "confirmed" as const, transparent: false, visibility: "public" as const };
  return { remoteKey, revision: "1", uid: remoteKey, events: [event] };
}

function page(part: Partial<PulledPage>): PulledPage {
  return { pass: "snapshot", objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: null, ...part };
}

/** A mirror over scripted pages, one per call. */
function mirrorOf(...pages: PulledPage[]): ProviderMirror {
  const provider = {
    id: "scripted",
    listCalendars: async () => [calendar],
    pullPage: async () => pages.shift() ?? page({}),
  };
  return new ProviderMirror(provider, access, calendar, { from: 0, to: 1 });
}

describe("the mirror believes no page that breaks the words of the port", () => {
  test.each<[string, PulledPage[], RegExp]>([
    ["unchanged, but never read", [page({ present: ["x"] })], /never read/],
    ["one item in two pages", [page({ objects: [object("x")], nextPageToken: "1" }), page({ objects: [object("x")] })], /two pages/],
    ["a cursor before the last page", [page({ nextPageToken: "1", nextCursor: "n" })], /before the last page/],
    ["another kind of pass", [page({ nextPageToken: "1" }), page({ pass: "delta" })], /changed its kind/],
    ["an object without events", [page({ objects: [{ ...object("x"), events: [] }] })], /holds no event/],
  ])("%s", async (_, pages, message) => {
    await expect(mirrorOf(...pages).pull()).rejects.toThrow(message);
  });

  test("only a snapshot takes away what it does not mention", async () => {
    const first = page({ objects: [object("x"), object("y")], nextCursor: "1" });
    const delta = mirrorOf(first, page({ pass: "delta", objects: [object("x")] }));
    await delta.pull();
    expect((await delta.pull()).gone).toEqual([]);
    const snapshot = mirrorOf(first, page({ present: ["x"] }));
    await snapshot.pull();
    expect((await snapshot.pull()).gone).toEqual(["y"]);
  });
});
