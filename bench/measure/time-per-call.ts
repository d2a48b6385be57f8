import { median } from "./median.ts";

/** Results go here, so that no engine can prove a call useless and leave it out. */
let sink = 0;

/** Microseconds per call of each piece of work: rounds in turn, so that a busy machine slows all alike; the median of each. */
export function timePerCall(work: Readonly<Record<string, () => number>>, options: { rounds?: number; roundMs?: number } = {}): Map<string, number> {
  const { rounds = 7, roundMs = 40 } = options;
  const times = new Map(Object.keys(work).map((name) => [name, [] as number[]]));
  const calls = new Map<string, number>();
  for (const [name, call] of Object.entries(work)) calls.set(name, callsIn(call, roundMs));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, call] of Object.entries(work)) {
      const count = calls.get(name) as number;
      const started = performance.now();
      for (let done = 0; done < count; done += 1) sink += call();
      times.get(name)?.push(((performance.now() - started) * 1000) / count);
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

/** How many calls fill a round; warms them up on the way. */
function callsIn(call: () => number, roundMs: number): number {
  for (let count = 1; ; count *= 2) {
    const started = performance.now();
    for (let done = 0; done < count; done += 1) sink += call();
    const spent = performance.now() - started;
    if (spent >= roundMs / 2 || count >= 1 << 20) return Math.max(1, Math.round((count * roundMs) / Math.max(spent, 0.001)));
  }
}

/** What was added up, so that it is used. */
export function sinkValue(): number {
  return sink;
}
