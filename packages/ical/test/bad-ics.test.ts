import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { KalendsError } from "@kalends/model";
import { canonicalObject, expandObjects, extentOf, parseCalendar, storedTiming, writeCalendar, type ParsedCalendar } from "../src/index.ts";
import { sharedBytes, sharedJson } from "./shared-data.ts";

interface BadFile {
  file: string;
  gzip?: string;
  allowed: string[];
  must?: string[];
  keepsGood?: boolean;
  events?: number;
  limits: { parseMs: number; expandMs: number; heapMiB: number };
}

const manifest = sharedJson<{ window: { from: string; to: string }; files: BadFile[] }>("bad-ics/manifest.json");
const files = manifest?.files ?? [];
const range = { from: Date.parse(manifest?.window.from ?? ""), to: Date.parse(manifest?.window.to ?? "") };

function read(entry: BadFile): { outcome: string; parsed: ParsedCalendar | null; parseMs: number } {
  const text = new TextDecoder().decode(sharedBytes(`bad-ics/files/${entry.gzip ?? entry.file}`) ?? new Uint8Array());
  const start = performance.now();
  try {
    const parsed = parseCalendar(text, { remoteKey: "k", revision: null });
    return { outcome: parsed.warnings.length > 0 ? "warn" : "accept", parsed, parseMs: performance.now() - start };
  } catch (thrown) {
    if (!(thrown instanceof KalendsError)) throw thrown;
    return { outcome: "reject", parsed: null, parseMs: performance.now() - start };
  }
}

describe("hostile calendar data", () => {
  test("the shared set is there", (context) => {
    if (manifest === null) context.skip("the shared hostile inputs are absent");
    expect(files.length).toBeGreaterThan(50);
  });

  test.each(files)("$file ends in an allowed outcome within its limits", (entry) => {
    const { outcome, parsed, parseMs } = read(entry);
    expect(parseMs).toBeLessThan(entry.limits.parseMs);
    const outcomes = [outcome];
    if (parsed !== null) {
      const start = performance.now();
      const { occurrences, capped } = expandObjects(parsed.objects, range, { floatingZone: "UTC" });
      expect(performance.now() - start).toBeLessThan(entry.limits.expandMs);
      if (capped !== undefined) outcomes.push("capped");
      for (const { from, to } of occurrences) expect(to - from).toBeGreaterThanOrEqual(0);
      for (const object of parsed.objects) {
        const extent = extentOf(storedTiming(object), { floatingZone: "UTC" });
        expect(Number.isFinite(extent.first) && (extent.last === null || Number.isFinite(extent.last))).toBe(true);
      }
      if (entry.keepsGood === true) expect(parsed.objects.map((object) => object.uid)).toContain("canary-good@example.test");
      if (entry.events !== undefined) expect(parsed.objects.length).toBe(entry.events);
    }
    expect(
      entry.allowed.some((allowed) => outcomes.includes(allowed)),
      outcomes.join(),
    ).toBe(true);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test.each(files.filter((entry) => entry.gzip === undefined))("$file keeps its meaning when written and read again", (entry) => {
    const { parsed } = read(entry);
    if (parsed === null || parsed.objects.length === 0) return;
    const again = parseCalendar(writeCalendar(parsed.objects), { remoteKey: "k", revision: null });
    expect(again.objects.map(canonicalObject)).toEqual(parsed.objects.map(canonicalObject));
    expect(again.broken).toEqual([]);
  });

  test("no large file takes more memory than its limit", (context) => {
    if (manifest === null) context.skip("the shared hostile inputs are absent");
    const script = resolve(import.meta.dirname, "bad-ics-heap.ts");
    const said = execFileSync(process.execPath, ["--expose-gc", script], { env: { ...process.env, NODE_OPTIONS: "" }, encoding: "utf8" });
    expect(said.trim()).toBe(`looked at ${files.filter((file) => file.gzip !== undefined).length}`);
  });

  test("a broken date is never rolled over or invented", (context) => {
    if (manifest === null) context.skip("the shared hostile inputs are absent");
    for (const entry of files.filter((file) => file.file.startsWith("dtstart-"))) {
      const { parsed } = read(entry);
      expect(parsed?.objects.map((object) => object.uid)).toEqual(["canary-good@example.test"]);
      expect(parsed?.broken.map((item) => item.code)).toEqual(["object-invalid"]);
    }
  });

  test("an unknown class counts as private, an overlong slash never becomes a slash", (context) => {
    if (manifest === null) context.skip("the shared hostile inputs are absent");
    const named = (name: string): BadFile => files.find((file) => file.file === name) as BadFile;
    expect(read(named("class-unknown.ics")).parsed?.objects[0]?.events[0]?.visibility).toBe("private");
    expect(JSON.stringify(read(named("overlong-utf8.ics")).parsed?.objects[0]?.events[0]?.content)).not.toContain("/");
  });
});
