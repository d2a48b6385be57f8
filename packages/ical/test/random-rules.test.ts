import fc from "fast-check";
import { expect, test } from "vitest";
import { compileRule, expandRule, readRule, type RuleOutput } from "../src/index.ts";
import { parseLocalIso } from "../src/civil/local-time.ts";
import { ianaZoneTable } from "../src/zones/iana-zone.ts";
import { hostileRule, validRule, type RandomRule } from "./random-rules.ts";

/**
 * `KALENDS_RANDOM_RULES=100000` runs the full number against the promise of 50 ms. The usual run looks for rules that hang: on a busy machine
 * a tight limit on time would fail now and then without a fault.
 */
const full = process.env["KALENDS_RANDOM_RULES"];
const runs = Number(full ?? 2000);
const seed = Number(process.env["KALENDS_RANDOM_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const longestMs = full === undefined ? 1000 : 50;

const day = 86_400;
const now = Date.UTC(2026, 10, 20) / 1000;
const windows: [number, number][] = [
  [now, now + 14 * day],
  [now - 42 * day, now + 201 * day],
  [Date.UTC(2400, 0, 1) / 1000, Date.UTC(2400, 3, 1) / 1000],
  [-Infinity, Infinity],
];

/** Processor time of this thread: the machine may be busy with other work. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function milliseconds({ rrule, start, zone }: RandomRule, window: [number, number]): number {
  const begin = processorMs();
  const { rule } = readRule(rrule);
  if (rule === null) return processorMs() - begin;
  const compiled = compileRule(rule, { wall: parseLocalIso(start), zone: ianaZoneTable(zone), dateOnly: false, wallUntil: false }, false);
  const out: RuleOutput = { starts: [], capped: undefined };
  expandRule(compiled, window[0], window[1], out);
  const took = processorMs() - begin;
  for (let i = 1; i < out.starts.length; i++) {
    if ((out.starts[i] as number) <= (out.starts[i - 1] as number)) throw new Error(`out of order: ${rrule} at ${start} in ${zone}`);
  }
  return took;
}

test(
  `no one of ${runs} random rules takes more than ${longestMs} ms`,
  () => {
    // Tables of the zones are built once per process, whoever asks first.
    for (const zone of ["UTC", "America/New_York", "Australia/Lord_Howe"]) {
      for (let year = 1890; year < 2440; year += 4) milliseconds({ rrule: "FREQ=YEARLY;COUNT=4", start: `${year}-01-01T00:00:00`, zone }, [-Infinity, Infinity]);
    }
    const slow: string[] = [];
    let longest = 0;
    let total = 0;
    let count = 0;
    const arbitrary = fc.oneof({ weight: 3, arbitrary: hostileRule }, { weight: 1, arbitrary: validRule });
    // In slices, so that a hundred thousand rules are never in memory together.
    for (let left = runs, slice = 0; left > 0; left -= 1000, slice++) {
      for (const rule of fc.sample(arbitrary, { numRuns: Math.min(1000, left), seed: seed + slice })) {
        const window = windows[count++ % windows.length] as [number, number];
        // A collection of garbage may fall into a run: the best of up to five tells the engine's own time.
        let best = milliseconds(rule, window);
        for (let run = 0; run < 4 && best > longestMs; run++) best = Math.min(best, milliseconds(rule, window));
        total += best;
        longest = Math.max(longest, best);
        if (best > longestMs) slow.push(`${best.toFixed(0)} ms: ${rule.rrule.replace(/(\d+,\d+,)[\d,MOFR-]{30,}/g, "$1...")} at ${rule.start} in ${rule.zone}, window ${windows.indexOf(window)}`);
      }
    }
    if (runs > 3000) console.log(`${count} rules, seed ${seed}: longest ${longest.toFixed(1)} ms, mean ${((total / count) * 1000).toFixed(0)} us`);
    expect(slow, `seed ${seed}`).toEqual([]);
    expect(count).toBe(runs);
  },
  Math.max(30_000, runs * 5),
);
