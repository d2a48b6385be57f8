// Writes docs/reference/errors.md from the error table, so that the page and the code cannot disagree.
//   node scripts/docs-errors.ts            writes the page
//   node scripts/docs-errors.ts --check    exits 1 where the page is out of date
import { readFileSync, writeFileSync } from "node:fs";
import { errorTable } from "../packages/model/src/error-codes.ts";

const page = new URL("../docs/reference/errors.md", import.meta.url);

const meaning: Record<string, string> = {
  transient: "It may pass by itself. Kalends tries again, waiting longer each time.",
  "rate-limited": "The provider asked to slow down. Kalends waits at least as long as it was told.",
  auth: "The login was refused, twice. The connection waits in the state `needs-reauth` until it is connected again.",
  conflict: "Somebody else was faster. Read again, then repeat.",
  "cursor-expired": "The provider forgot a position. Kalends reads the calendar afresh; nothing is to be done.",
  "invalid-state": "Something has to be put right first; the remedy says what.",
  permanent: "Trying again changes nothing; the remedy says what does.",
};

const lines = [
  "# Errors",
  "",
  "Everything that Kalends throws is a `KalendsError` with a stable `code`, a `failure` class, a `remedy` and, where a provider asked for a",
  "pause, `retryAfterMs`. A code is never reused and never changes its meaning. This page is generated from",
  "`packages/model/src/error-codes.ts`.",
  "",
  "| failure | what the engine does |",
  "| --- | --- |",
  ...Object.entries(meaning).map(([failure, text]) => `| \`${failure}\` | ${text} |`),
  "",
];
for (const [code, { failure, remedy }] of Object.entries(errorTable)) lines.push(`## ${code}`, "", `*${failure}* — ${remedy}`, "");
const text = lines.join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/reference/errors.md is out of date: run `node scripts/docs-errors.ts`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}
