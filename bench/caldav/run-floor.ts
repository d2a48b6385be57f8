import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { reportOwnUsage } from "../measure/own-usage.ts";
import { hrefOf, multigetBody, readNotes, readTask, ResponseCutter, sendReport, syncBody, writeNotes } from "./contender.ts";
import { columns, rowOf } from "./floor-row.ts";
import { openObligations } from "./obligations.ts";

/** Fetches in pages of 500, scans, and writes rows; with `obliged` also what a store of somebody's calendar owes, at its bare cost. */
export async function runFloor({ obliged }: { obliged: boolean }): Promise<void> {
  const task = readTask();
  await reportOwnUsage(async () => {
    const database = new DatabaseSync(join(task.folder, "floor.db"));
    for (const pragma of ["journal_mode = wal", "synchronous = full", "temp_store = memory", ...(obliged ? ["secure_delete = on"] : [])]) database.exec(`pragma ${pragma}`);
    const names = columns.split(" ");
    database.exec(`create table if not exists event (${names.map((name) => `${name} ${name === "href" ? "text primary key" : ""}`).join(", ")})`);
    database.exec("create index if not exists by_start on event (starts, ends); create index if not exists by_uid on event (uid)");
    database.exec("create index if not exists by_status on event (status, transparent)");
    const upsert = database.prepare(`insert or replace into event values (${names.map(() => "?").join(",")})`);
    const obligations = obliged ? openObligations(database, names) : null;

    const hrefs: string[] = [];
    const list = new ResponseCutter((response) => hrefs.push(hrefOf(response)));
    await sendReport(task, "0", syncBody(readNotes<{ token: string }>(task)?.token ?? ""), list.push);
    let written = 0;
    for (let at = 0; at < hrefs.length; at += 500) {
      const asked = hrefs.slice(at, at + 500);
      obligations?.lookUp(asked);
      database.exec("begin");
      const page = new ResponseCutter((response) => {
        const row = rowOf(response);
        upsert.run(...(obligations === null ? row : obligations.sealed(row)));
        written += 1;
      });
      await sendReport(task, "1", multigetBody(asked), page.push);
      database.exec("commit");
    }
    obligations?.finish();
    writeNotes(task, { token: list.token() });
    database.close();
    return { items: written };
  });
}
