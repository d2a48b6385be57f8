// Writes docs/reference/retention.md from the policies in the code. `--check` exits 1 where the page is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { defaultRetentionPolicy, policyTable, retentionPresets } from "../packages/retention/src/index.ts";

const page = new URL("../docs/reference/retention.md", import.meta.url);

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const rule = (width: number): string => `|${" --- |".repeat(width)}`;

const presets = Object.values(retentionPresets);
const tables = presets.map(policyTable);
const compared = policyTable(defaultRetentionPolicy).map(({ data }, index) => line([data, ...tables.map((table) => table[index]?.period ?? "")]));

const text = [
  "# Retention: what is kept, and until when",
  "",
  "A policy is data; one pure function decides on it (`evaluate` of `@kalends/retention`), and one runner removes. A period is n x 24 hours of UTC time: neither",
  "daylight saving nor a leap day changes it. Rows go when the time is the due time or later. They are hidden from an application the moment its authorization",
  "ends, however long they stay. Where two clocks run on one row, the earlier one counts. A series with one occurrence inside a window stays whole. A right that",
  "is renewed before the time has come cancels the clocks, because clocks follow from the facts and are not stored. This page is generated from the code.",
  "",
  `## The default policy ("${defaultRetentionPolicy.name}")`,
  "",
  line(["Data", "Clock starts", "Period", "Rule"]),
  rule(4),
  ...policyTable(defaultRetentionPolicy).map(({ data, clock, period, rule: id }) => line([data, clock, period, `\`${id}\``])),
  "",
  "## The presets",
  "",
  line(["Data", ...presets.map(({ name }) => `\`${name}\``)]),
  rule(presets.length + 1),
  ...compared,
  line(["content of events (titles, descriptions, places, people)", ...presets.map(({ content }) => (content === "never" ? "never asked for, never stored" : "as authorized"))]),
  "",
  "## A policy as data",
  "",
  "```json",
  JSON.stringify(defaultRetentionPolicy, null, 2),
  "```",
  "",
  "`legalHold` is `\"all\"` or a list of account ids: nothing of them is removed while it stands, an erasure included; hidden stays hidden. A policy whose ids",
  "would go before what hangs on them is refused with `invalid-argument`.",
  "",
].join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/reference/retention.md is out of date: run `node scripts/docs-retention.ts`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}
