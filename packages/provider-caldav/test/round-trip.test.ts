import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalObject, parseCalendar, writeCalendar } from "@kalends/ical";
import { readComponents, writeComponents } from "../src/write/component.ts";
import { realWorldFile } from "./real-world-files.ts";

const files = 1000;

function unfolded(text: string): string[] {
  return text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/).filter((line) => line !== "");
}

describe(`${files} files as real programs write them`, () => {
  test("a read-modify-write keeps every line that it does not change, unknown properties and parameters included", () => {
    fc.assert(
      fc.property(realWorldFile, ({ text, lines }) => {
        const components = readComponents(text);
        expect(components).not.toBeNull();
        const written = writeComponents(components ?? []);
        expect(unfolded(written)).toEqual(lines);
        // Line ends become those of the standard; folding stays as it was.
        expect(written).toBe(text.replace(/\r?\n/g, "\r\n"));
      }),
      { numRuns: files },
    );
  });

  test("what the model holds survives writing and reading, and the second text is the first", () => {
    let events = 0;
    fc.assert(
      fc.property(realWorldFile, ({ text }) => {
        const { objects } = parseCalendar(text, { remoteKey: "k", revision: null });
        const first = writeCalendar(objects);
        for (const line of first.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        const again = parseCalendar(first, { remoteKey: "k", revision: null }).objects;
        expect(again.map(canonicalObject)).toEqual(objects.map(canonicalObject));
        expect(writeCalendar(again)).toBe(first);
        events += objects.length;
      }),
      { numRuns: files },
    );
    expect(events).toBeGreaterThan(files);
  });
});
