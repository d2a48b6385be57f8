import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { KalendsError, type ErasureLedger, type LedgerEntry } from "@kalends/model";

/**
 * The erasure ledger as a file of one JSON object a line, mode 0600. It lies beside the database and must not be part of its backups, or a
 * restored database would forget who has to be forgotten. Throws `store-corrupt` where a line is no entry.
 */
export function fileLedger(path: string): ErasureLedger {
  const read = (): LedgerEntry[] => {
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, "utf8").split("\n");
    // A line without its end was being written when the process died; its request was not accepted yet.
    return lines.slice(0, -1).filter((line) => line !== "").map((line, index) => entryOf(line, index + 1));
  };
  return {
    append: async (entry) => {
      if (read().some(({ erasureId }) => erasureId === entry.erasureId)) return;
      const { organizationId, accountId, erasureId, requestedAt } = entry;
      dropTornEnd(path);
      const file = openSync(path, "a", 0o600);
      try {
        writeSync(file, `${JSON.stringify({ organizationId, accountId, erasureId, requestedAt })}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    entries: async () => read(),
  };
}

function dropTornEnd(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole < bytes.length) truncateSync(path, whole);
}

function entryOf(line: string, number: number): LedgerEntry {
  let value: Partial<LedgerEntry> | null = null;
  try {
    value = JSON.parse(line) as Partial<LedgerEntry> | null;
  } catch {
    // Said below.
  }
  const { organizationId, accountId, erasureId, requestedAt } = value ?? {};
  if (typeof organizationId !== "string" || typeof accountId !== "string" || typeof erasureId !== "string" || typeof requestedAt !== "number") {
    throw new KalendsError("store-corrupt", `Line ${number} of the erasure ledger is no entry`);
  }
  return { organizationId, accountId, erasureId, requestedAt };
}
