import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import type { ErasureSubject } from "@kalends/core";
import type { Kalends } from "../create-kalends.ts";
import { plainText } from "./output/plain-text.ts";
import { withKalends } from "./open.ts";

/** By the host's own id, by Kalends' id, or by the id of an account that was erased before. */
async function subjectOf(kalends: Kalends, name: string): Promise<ErasureSubject> {
  const account = await kalends.findAccountByExternalId(name);
  return { accountId: account?.id ?? name };
}

interface ForgetFlags {
  dryRun?: boolean;
  yes?: boolean;
  notify?: string[];
  as?: string;
  json?: boolean;
}

/** `kalends forget`: asks for `--yes`, because nothing brings it back. */
export async function forget(name: string, flags: ForgetFlags, command: Command): Promise<void> {
  if (flags.dryRun !== true && flags.yes !== true) {
    throw new KalendsError("invalid-argument", "Forgetting a person cannot be taken back", { remedy: "Look with --dry-run first; then say --yes." });
  }
  await withKalends(command, async (kalends) => {
    const actor = flags.as === undefined ? {} : { actor: flags.as };
    const report = await kalends.erasure.forget(await subjectOf(kalends, name), { dryRun: flags.dryRun === true, notify: flags.notify ?? [], ...actor });
    if (report.receipt?.proofs.some(({ name: proof, ok }) => !ok && proof !== "ledger") === true) process.exitCode = 1;
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      return;
    }
    const counts = Object.entries(report.removed).map(([table, rows]) => `  ${table}: ${rows}\n`).join("");
    process.stdout.write(report.dryRun ? "Nothing was changed. These rows would go:\n" : `Forgotten (${report.erasureId}). These rows went:\n`);
    process.stdout.write(counts === "" ? "  none: it was done before\n" : counts);
    if (report.receipt !== null) process.stdout.write(`The receipt:\n${JSON.stringify(report.receipt, null, 2)}\n`);
  });
}

/** `kalends export`: a copy for the person. The files hold everything in plain, so they are readable for their owner alone. */
export async function exportPerson(name: string, flags: { to: string; as?: string }, command: Command): Promise<void> {
  if (existsSync(flags.to)) throw new KalendsError("already-exists", "The folder is there already", { remedy: "Name a folder that does not exist yet." });
  await withKalends(command, async (kalends) => {
    const { data, files } = await kalends.erasure.export(await subjectOf(kalends, name), flags.as);
    mkdirSync(flags.to, { mode: 0o700 });
    writeFileSync(join(flags.to, "account.json"), `${JSON.stringify(data, null, 2)}\n`, { mode: 0o600 });
    for (const file of files) writeFileSync(join(flags.to, file.name), file.text, { mode: 0o600 });
    const events = data.calendars.reduce((sum, calendar) => sum + calendar.events.length, 0);
    process.stdout.write(`${events} events of ${data.calendars.length} calendars were written to ${plainText(flags.to)}.\n`);
  });
}

/** `kalends erasures list`. */
export async function erasures(flags: { json?: boolean }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const list = await kalends.erasure.list();
    const open = list.filter(({ finishedAt, items }) => finishedAt === null || items.some(({ doneAt }) => doneAt === null));
    if (open.length > 0) process.exitCode = 1;
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
      return;
    }
    for (const { id, accountId, requestedAt, finishedAt, items } of list) {
      const state = finishedAt === null ? "under way" : `done ${new Date(finishedAt).toISOString()}`;
      const toTell = items.filter(({ doneAt }) => doneAt === null).map(({ system }) => plainText(system));
      process.stdout.write(`${id}  ${accountId}  asked ${new Date(requestedAt).toISOString()}  ${state}`);
      process.stdout.write(toTell.length === 0 ? "\n" : `  to be told: ${toTell.join(", ")}\n`);
    }
    if (list.length === 0) process.stdout.write("Nobody asked to be forgotten.\n");
  });
}

/** `kalends erasures tick`. */
export async function eraseTick(erasure: string, system: string, flags: { as?: string }, command: Command): Promise<void> {
  await withKalends(command, async (kalends) => {
    const done = await kalends.erasure.tick(erasure, system, flags.as);
    process.stdout.write(done ? "Ticked off.\n" : "It was ticked off before.\n");
  });
}
