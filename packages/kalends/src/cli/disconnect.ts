import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import { withKalends } from "./open.ts";

interface DisconnectFlags {
  keep?: boolean;
  purge?: boolean;
  dryRun?: boolean;
  as?: string;
  json?: boolean;
}

/** `kalends disconnect`: what becomes of the stored data has to be said. */
export async function disconnect(connectionId: string, flags: DisconnectFlags, command: Command): Promise<void> {
  if ((flags.keep === true) === (flags.purge === true)) {
    throw new KalendsError("invalid-argument", "Say what becomes of the stored calendars", { remedy: "Give either --keep or --purge; --dry-run shows what goes." });
  }
  const disposition = flags.purge === true ? "purge" : "keep";
  await withKalends(command, async (kalends) => {
    const actor = flags.as === undefined ? {} : { actor: flags.as };
    const report = await kalends.disconnect(connectionId, { disposition, dryRun: flags.dryRun === true, ...actor });
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify(report)}\n`);
      return;
    }
    const counts = Object.entries(report.removed).map(([table, rows]) => `  ${table}: ${rows}\n`).join("");
    process.stdout.write(report.dryRun ? "Nothing was changed. These rows would go:\n" : `The connection ${connectionId} is disconnected. These rows went:\n`);
    process.stdout.write(counts === "" ? "  none\n" : counts);
    if (disposition === "keep") process.stdout.write("What was read is kept under the retention policy; connecting the same login again brings it back.\n");
  });
}
