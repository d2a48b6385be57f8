import { numberOption } from "../measure/arguments.ts";
import { goalHead, goalRows } from "../measure/goal.ts";
import { textTable } from "../measure/text-table.ts";
import { measureApply } from "./apply-times.ts";
import { measureSeals } from "./seal-times.ts";
import { measureStart } from "./start-times.ts";

/** Bulk writing beside the bare driver, sealing beside bare node:crypto, and how long an application waits at its start. */
export async function runStoreBench(options: ReadonlyMap<string, string>): Promise<void> {
  const goals = [
    ...(await measureApply(numberOption(options, "rows", 20_000))),
    ...(await measureSeals()),
    ...(options.get("start") === "no" ? [] : await measureStart(numberOption(options, "starts", 7))),
  ];
  console.log(`\n${textTable(goalHead, goalRows(goals))}`);
}
