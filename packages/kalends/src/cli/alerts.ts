import type { Command } from "commander";
import type { AlertRecord, OpenAlert } from "@kalends/model";
import { textTable } from "./output/text-table.ts";
import { withKalends } from "./open.ts";

const toJson = ({ at, ...record }: AlertRecord): object => ({ ...record, at: new Date(at).toISOString() });

/** `kalends alerts`: what somebody should look at; with `--all` every record that there is. */
export async function alerts(flags: { all?: boolean; json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async ({ alerts: board }) => {
    const open = await board.open();
    if (flags.all === true) {
      const records = await allRecords((since) => board.read(since));
      if (flags.json === true) for (const record of records) process.stdout.write(`${JSON.stringify(toJson(record))}\n`);
      else process.stdout.write(textTable([["NUMBER", "ALERT", "WHEN", "STEP", "KIND", "SUBJECT", "DETAIL", "WHO"], ...records.map(recordRow)]));
    } else if (flags.json === true) {
      for (const { raised, escalatedAt } of open) {
        process.stdout.write(`${JSON.stringify({ ...toJson(raised), escalatedAt: escalatedAt === null ? null : new Date(escalatedAt).toISOString() })}\n`);
      }
    } else if (open.length === 0) {
      process.stdout.write("No alert is open.\n");
    } else {
      process.stdout.write(textTable([["ALERT", "SINCE", "KIND", "SUBJECT", "DETAIL", "ESCALATED"], ...open.map(openRow)]));
    }
    if (open.length > 0 && flags.all !== true) process.exitCode = 1;
  });
}

/** `kalends alerts acknowledge <number>` */
export async function acknowledgeAlert(number: number, flags: { as?: string }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const done = await kalends.alerts.acknowledge(number, flags.as);
    process.stdout.write(done ? `Alert ${number} is acknowledged.\n` : `Alert ${number} was acknowledged before.\n`);
  });
}

async function allRecords(read: (since: number) => Promise<AlertRecord[]>): Promise<AlertRecord[]> {
  const records: AlertRecord[] = [];
  for (;;) {
    const page = await read(records.at(-1)?.sequence ?? 0);
    if (page.length === 0) return records;
    records.push(...page);
  }
}

function openRow({ raised, escalatedAt }: OpenAlert): string[] {
  const since = new Date(raised.at).toISOString();
  return [String(raised.first), since, raised.kind, raised.subject, raised.detail, escalatedAt === null ? "-" : new Date(escalatedAt).toISOString()];
}

function recordRow({ sequence, first, at, step, kind, subject, detail, actor }: AlertRecord): string[] {
  return [String(sequence), String(first), new Date(at).toISOString(), step, kind, subject, detail, actor];
}
