import type { Command } from "commander";
import type { ChangeRecord } from "@kalends/model";
import { textTable } from "./output/text-table.ts";
import { withKalends } from "./open.ts";

/** `kalends changes --since N` */
export async function changes(flags: { since: number; limit: number; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const records = await kalends.changes(flags.since, flags.limit);
    if (flags.json === true) {
      for (const record of records) process.stdout.write(`${JSON.stringify({ ...record, at: new Date(record.at).toISOString() })}\n`);
      return;
    }
    const head = await kalends.changesHead();
    if (records.length === 0) process.stdout.write(`Nothing after number ${flags.since}; the newest is ${head}.\n`);
    else process.stdout.write(textTable([["NUMBER", "WHEN", "WHAT", "SUBJECT"], ...records.map(row)]));
    const last = records.at(-1);
    if (last !== undefined && last.sequence < head) process.stdout.write(`More: kalends changes --since ${last.sequence}\n`);
  });
}

function row(record: ChangeRecord): string[] {
  return [String(record.sequence), new Date(record.at).toISOString(), record.kind, record.remoteKey ?? record.calendarId ?? record.connectionId];
}
