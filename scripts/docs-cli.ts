// Writes docs/reference/command-line.md from the command line's own help. `--check` exits 1 where the page is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { buildProgram } from "../packages/kalends/src/cli/program.ts";

const page = new URL("../docs/reference/command-line.md", import.meta.url);

function helpOf(command: Command, path: string): string[] {
  command.configureHelp({ helpWidth: 110, showGlobalOptions: false });
  const own = [`## ${path}`, "", "```", command.helpInformation().trimEnd(), "```", ""];
  return [...own, ...command.commands.flatMap((child) => helpOf(child, `${path} ${child.name()}`))];
}

const text = [
  "# The command line",
  "",
  "Flags win over the environment (`KALENDS_DATABASE`, `KALENDS_KEY`, `KALENDS_KEY_FILE`, `KALENDS_PASSWORD`), which wins over `kalends.json` in the",
  "working folder. A command that fails prints what happened, what to do and a code from [errors](errors.md), and exits with 1, or with 2 where a",
  "login was refused, or with 130 where a sync was stopped by Ctrl-C: what was read is stored, and the next sync goes on. A second Ctrl-C ends at once.",
  "",
  "The options of `kalends` itself may stand before or after the command. `kalends.json` holds `database`, `keyFile`, `organization`, `allowHosts`,",
  "`retention` (a preset's name or a whole [policy](retention.md)) and `erasureLedger` (a path), and never a secret; a field that is not acceptable is",
  "named. `init` writes the file, and `connect` adds the hosts that `--allow-host` named. This page is generated from the program's own help.",
  "",
  "`KALENDS_GOOGLE_CLIENT_ID` and `KALENDS_GOOGLE_CLIENT_SECRET` are the [OAuth client of Google](../how-to/connect-google.md); with `KALENDS_GOOGLE_SANDBOX`, the",
  "address of a sandbox, that one stands in for Google. `KALENDS_SCHEMA` names the schema in [PostgreSQL](../how-to/use-postgres.md).",
  "",
  ...helpOf(buildProgram(), "kalends"),
].join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/reference/command-line.md is out of date: run `node scripts/docs-cli.ts`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}
