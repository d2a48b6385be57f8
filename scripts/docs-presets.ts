// Writes docs/reference/caldav-presets.md from the presets of the CalDAV adapter, so that the page and the code cannot disagree.
//   node scripts/docs-presets.ts            writes the page
//   node scripts/docs-presets.ts --check    exits 1 where the page is out of date
import { readFileSync, writeFileSync } from "node:fs";
import { caldavPresets, type CaldavPreset } from "../packages/provider-caldav/src/index.ts";

const page = new URL("../docs/reference/caldav-presets.md", import.meta.url);

const logins: Record<CaldavPreset["login"], string> = {
  password: "the account's password",
  "app-password": "an app password only",
  oauth: "OAuth only",
};

function address(preset: CaldavPreset): string {
  return preset.url === null ? "the server's own" : `\`${preset.url}\``;
}

function pace({ pacing }: CaldavPreset): string {
  const gap = pacing.gapMs === 0 ? "" : `, one per ${pacing.gapMs / 1000} s`;
  return `${pacing.parallel} at a time${gap}`;
}

function mail({ sendsInvitations }: CaldavPreset): string {
  if (sendsInvitations === null) return "it depends";
  return sendsInvitations ? "yes" : "no";
}

const list = (words: readonly string[]): string => (words.length === 0 ? "none" : words.map((word) => `\`${word}\``).join(", "));

const lines = [
  "# CalDAV presets",
  "",
  "A preset is what is known of a provider beforehand: data, no code. It is chosen by the mail domain or the host that the user types, or by",
  "name. This page is generated from `packages/provider-caldav/src/presets`.",
  "",
  "| preset | address | login | pace | events per request | sends mail itself |",
  "| --- | --- | --- | --- | --- | --- |",
  ...caldavPresets.map((preset) => `| [${preset.title}](#${preset.name}) | ${address(preset)} | ${logins[preset.login]} | ${pace(preset)} | ${preset.batchSize ?? 100} | ${mail(preset)} |`),
  "",
  "The pace is the most that is asked; after a refusal Kalends asks for less, and waits at least as long as the provider says.",
  "",
];
for (const preset of caldavPresets) {
  lines.push(`## ${preset.name}`, "", `${preset.title}.`, "");
  lines.push(`- Mail domains: ${list(preset.mailDomains)}`);
  lines.push(`- Usual places on a server of one's own: ${list(preset.paths)}`);
  lines.push(`- Sites that may receive the login: ${preset.trustedSites.length === 0 ? "the typed host and hosts below it" : list(preset.trustedSites)}`);
  if (preset.passwordRemedy !== null) lines.push(`- Where a password is refused: ${preset.passwordRemedy}`);
  lines.push("", "What it cannot do, or does its own way:", "", ...preset.cannot.map((sentence) => `- ${sentence}`), "");
}
const text = lines.join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/reference/caldav-presets.md is out of date: run `node scripts/docs-presets.ts`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}
