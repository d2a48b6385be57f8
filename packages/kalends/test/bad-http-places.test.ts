import { describe, expect, test } from "vitest";
import { loadBadHttp, placeOf } from "./bad-http-entries.ts";

const badHttp = await loadBadHttp();

describe("the manifest of hostile HTTP behaviour", () => {
  test("every entry that concerns CalDAV is played somewhere", (context) => {
    if (badHttp === null) return context.skip("the shared folder bad-http is not here (KALENDS_SHARED names the folder)");
    const places = new Map<string, string[]>();
    for (const entry of badHttp.entries) {
      const place = placeOf(entry) ?? "nowhere";
      places.set(place, [...(places.get(place) ?? []), entry.id]);
    }
    expect(places.get("nowhere"), "entries without a verdict: give them a place in bad-http-entries.ts and a test").toBeUndefined();
    for (const place of ["reading", "writing", "typed-address", "name-resolution", "certificates"]) expect(places.get(place)?.length, place).toBeGreaterThan(2);
  });
});
