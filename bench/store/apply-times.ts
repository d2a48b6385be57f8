import { fileURLToPath } from "node:url";
import { ratioGoal, times, type Goal } from "../measure/goal.ts";
import { median } from "../measure/median.ts";
import { runProgram } from "../measure/run-child.ts";
import { textTable } from "../measure/text-table.ts";

/** Writes the same rows into the same schema by turns; stands with the store, because it knows the schema. */
const program = fileURLToPath(new URL("../../packages/store-sqlite/test/apply-batch-speed.ts", import.meta.url));
const line = /^\d+ (insert|update): driver ([\d,]+) rows\/s, applyBatch ([\d,]+) rows\/s, ([\d.]+)x; processor (\d+) us and (\d+) us a row, ([\d.]+)x$/gm;

/** `applyBatch`, with all indexes and the change feed, beside the bare driver. */
export async function measureApply(rows: number): Promise<Goal[]> {
  const printed = await runProgram(process.execPath, ["--disable-warning=ExperimentalWarning", program, String(rows)]);
  const found = [...printed.matchAll(line)].map(([, what, ...numbers]) => ({ what, numbers: numbers.map((text) => Number(text.replaceAll(",", ""))) }));
  if (found.length === 0) throw new Error(`apply-batch-speed.ts printed nothing that can be read:\n${printed}`);
  const of = (what: string, column: number): number => median(found.filter((one) => one.what === what).map((one) => one.numbers[column] as number));
  const table = ["insert", "update"].map((what) => [
    what, of(what, 0).toLocaleString("en"), of(what, 1).toLocaleString("en"), times(of(what, 2)), String(of(what, 3)), String(of(what, 4)), times(of(what, 5)),
  ]);
  const head = [`${rows.toLocaleString("en")} objects, batches of 1,000`, "driver rows/s", "applyBatch rows/s", "ratio", "driver CPU us/row", "applyBatch CPU us/row", "ratio"];
  console.log(`\n${textTable(head, table)}`);
  return ["insert", "update"].map((what) => ratioGoal(`bulk apply, ${what}: CPU against the raw driver`, of(what, 5), { least: 0.8 }));
}
