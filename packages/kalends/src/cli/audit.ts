import type { Command } from "commander";
import { KalendsError, type AuditHead } from "@kalends/model";
import { withKalends } from "./open.ts";

/** `kalends audit verify`: exits 1 where the chain does not hold together. */
export async function auditVerify(flags: { head?: string; json?: boolean }, command: Command): Promise<void> {
  const expected = flags.head === undefined ? undefined : parseHead(flags.head);
  await withKalends(command, async (kalends) => {
    const verdict = await kalends.audit.verify(expected);
    const head = `${verdict.head.sequence}:${verdict.head.hash}`;
    if (flags.json === true) process.stdout.write(`${JSON.stringify(verdict)}\n`);
    else if (verdict.ok) process.stdout.write(`The audit log holds together: ${verdict.records} records.\nhead: ${head}\n`);
    else process.stdout.write(`The audit log is broken at record ${verdict.firstBad}: it is missing, changed, or out of its place.\n`);
    if (!verdict.ok) process.exitCode = 1;
  });
}

/** `kalends audit export`: one JSON object a line. The export itself stands in the log. */
export async function auditExport(flags: { since: number; as?: string }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const records = kalends.audit.export({ since: flags.since, ...(flags.as === undefined ? {} : { actor: flags.as }) });
    for await (const record of records) process.stdout.write(`${JSON.stringify(record)}\n`);
  });
}

function parseHead(text: string): AuditHead {
  const parts = /^(\d+):([0-9a-f]{64})$/.exec(text);
  if (parts === null) throw new KalendsError("invalid-argument", "A head is written NUMBER:HASH, as `kalends audit verify` prints it");
  return { sequence: Number(parts[1]), hash: parts[2] as string };
}
