// Measurements beside peers, each in one run: npm run bench -- caldav | caldav-servers | time | store | scale [options]
import { runCaldavBench } from "./caldav/caldav-bench.ts";
import { runServersBench } from "./caldav/servers-bench.ts";
import { readOptions } from "./measure/arguments.ts";
import { runScaleBench } from "./scale/scale-bench.ts";
import { runStoreBench } from "./store/store-bench.ts";
import { runTimeBench } from "./time/time-bench.ts";

const benches = new Map([
  ["caldav", runCaldavBench],
  ["caldav-servers", runServersBench],
  ["time", runTimeBench],
  ["store", runStoreBench],
  ["scale", runScaleBench],
]);

const [name, ...words] = process.argv.slice(2);
const run = benches.get(name ?? "");
if (run === undefined) {
  process.stderr.write(`Usage: npm run bench -- ${[...benches.keys()].join(" | ")} [options]; docs/explanation/performance.md explains them.\n`);
  process.exitCode = 1;
} else {
  await run(readOptions(words));
}
