// Writes docs/reference/scopes.md from the tables in the code, so that the page and the code cannot disagree.
//   node scripts/docs-scopes.ts            writes the page
//   node scripts/docs-scopes.ts --check    exits 1 where the page is out of date
import { readFileSync, writeFileSync } from "node:fs";
import {
  actions, alertActions, applicationActions, auditActions, defaultRoleActions, memberActions, organizationActions, planProviderScopes, providerFeatures,
  providerScopes, writeScopes,
} from "../packages/core/src/index.ts";
import { roles, scopes, type Scope } from "../packages/model/src/index.ts";

const page = new URL("../docs/reference/scopes.md", import.meta.url);

const opens: Record<Scope, string> = {
  read_account: "`account`: external id, display name, time zone",
  list_calendars: "`calendars`; busy times and knowledge of each calendar; changes of the calendar list",
  read_free_busy: "`freeBusy`; `busy-changed` in the feed",
  read_events: "`events` as far as the detail level reaches; covers `read_free_busy`; `event-*` in the feed",
  create_event: "",
  delete_event: "",
  change_participation_status: "",
};

const code = (text: string): string => `\`${text}\``;
const writes = (scope: Scope): string =>
  Object.entries(writeScopes).filter(([, needed]) => needed === scope).map(([action]) => code(action)).join(", ");

const lines = [
  "# Scopes, roles and what providers are asked for",
  "",
  "This page is generated from the code. What the words mean is told in [permissions](../explanation/permissions.md).",
  "",
  "## Scopes of an authorization",
  "",
  "Any active authorization opens `accounts`, `status` and `changes`; the feed holds only what the scopes reach.",
  "",
  "| scope | opens |",
  "| --- | --- |",
  ...scopes.map((scope) => `| \`${scope}\` | ${opens[scope] || `writing: ${writes(scope)}`} |`),
  "",
  "`update` and `delete` of events that the application did not write also need the raised level of their calendar.",
  "",
  "## Roles",
  "",
  `| action | ${roles.join(" | ")} | asked by |`,
  `| --- | ${roles.map(() => "---").join(" | ")} | --- |`,
  ...actions.map((action) => {
    const tables = { "": organizationActions, "applications.": applicationActions, "members.": memberActions, "audit.": auditActions, "alerts.": alertActions };
    const methods = Object.entries(tables).flatMap(([room, table]) =>
      Object.entries(table).filter(([, asked]) => asked === action).map(([name]) => code(`${room}${name}`)),
    );
    return `| \`${action}\` | ${roles.map((role) => (defaultRoleActions[role][action] ? "yes" : "no")).join(" | ")} | ${methods.join(", ")} |`;
  }),
  "",
  "## Scopes at the provider",
  "",
  "The smallest scope for each feature alone. `planProviderScopes` gives the smallest set for several features together. Providers that are",
  "not listed grant no scopes.",
  "",
];
for (const [provider, { always }] of providerScopes) {
  lines.push(`### ${provider}`, "");
  if (always.length > 0) lines.push(`Always: ${always.map(code).join(", ")}.`, "");
  lines.push("| feature | smallest scope |", "| --- | --- |");
  for (const feature of providerFeatures) {
    const planned = planProviderScopes(provider, [feature]).filter((scope) => !always.includes(scope));
    lines.push(`| \`${feature}\` | ${planned.map(code).join(", ")} |`);
  }
  lines.push("");
}
const text = lines.join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/reference/scopes.md is out of date: run `node scripts/docs-scopes.ts`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}
