import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import { reportPage, reportText } from "@kalends/retention";
import { withKalends } from "./open.ts";
import { plainText } from "./output/plain-text.ts";

/** `kalends retention plan`: what, why, when; changes nothing. */
export async function retentionPlan(flags: { all?: boolean; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const plan = await kalends.retention.plan();
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
      return;
    }
    if (plan.held) process.stdout.write("The clock jumped by more than a day: a run removes nothing until it is confirmed (--confirm-clock).\n");
    const shown = plan.decisions.filter(({ due }) => flags.all === true || due !== null).sort((one, other) => (one.due ?? Infinity) - (other.due ?? Infinity));
    for (const { action, accountId, record, rows, rule, reason } of shown) {
      const whose = accountId === null ? "" : ` of ${accountId}`;
      process.stdout.write(`${action === "purge" ? "due" : "kept"}  ${rows} x ${record}${whose} [${rule}]\n      ${reason}\n`);
    }
    const due = plan.decisions.filter(({ action }) => action === "purge").length;
    process.stdout.write(due === 0 ? "Nothing is due.\n" : `${due} removals are due. Carry them out with: kalends retention run\n`);
  });
}

/** `kalends retention run`. */
export async function retentionRun(flags: { confirmClock?: boolean; as?: string; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const actor = flags.as === undefined ? {} : { actor: flags.as };
    const report = await kalends.retention.run({ confirmClock: flags.confirmClock === true, ...actor });
    if (report.held || report.leftRows > 0) process.exitCode = 1;
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      return;
    }
    if (report.held) {
      process.stdout.write(`The clock jumped by more than a day, to ${report.at}. Nothing was removed; ${report.due.length} removals wait.\n`);
      process.stdout.write("Check the clock. If it is right: kalends retention run --confirm-clock\n");
      return;
    }
    const counts = Object.entries(report.removed).map(([table, rows]) => `  ${table}: ${rows}\n`).join("");
    process.stdout.write(counts === "" ? "Nothing was due.\n" : `Removed:\n${counts}`);
    if (report.leftRows > 0) process.stdout.write(`${report.leftRows} rows are due and still there. Run it again; see kalends alerts.\n`);
  });
}

/** `kalends retention report`. With `--html` the page goes to the file, and its place is said where it does not stand in the way of JSON. */
export async function retentionReport(flags: { html?: string; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const report = await kalends.retention.report();
    if (report.overdueRows > 0) process.exitCode = 1;
    if (flags.html !== undefined) {
      writePage(flags.html, reportPage(report));
      (flags.json === true ? process.stderr : process.stdout).write(`The page was written to ${plainText(flags.html)}.\n`);
    }
    if (flags.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else if (flags.html === undefined) process.stdout.write(reportText(report));
  });
}

/** Replaces an older page, and nothing else: a slip of the hand must not cost the database. */
function writePage(file: string, page: string): void {
  try {
    if (existsSync(file) && !readFileSync(file).subarray(0, 15).equals(Buffer.from(page).subarray(0, 15))) {
      throw new KalendsError("already-exists", `${plainText(file)} is there already and is no page`, { remedy: "Name a file that does not exist yet." });
    }
    writeFileSync(file, page);
  } catch (thrown) {
    if (thrown instanceof KalendsError) throw thrown;
    const code = (thrown as NodeJS.ErrnoException).code ?? "unknown";
    throw new KalendsError("invalid-argument", `The page could not be written to ${plainText(file)} (${code})`, { remedy: "Name a file in a folder that is there and may be written." });
  }
}
