import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { presetNamed } from "@kalends/provider-caldav";
import { googleLimits } from "@kalends/provider-google";
import { toKalendsError, type CalendarStatus } from "@kalends/model";
import { createKalends, type Kalends, type KalendsOptions } from "../create-kalends.ts";
import { resolveOptions } from "./open.ts";
import { showAge } from "./output/show-age.ts";
import { version } from "./version.ts";

/** One thing that was looked at. Texts hold ids, codes and counts: no address, no calendar name, no event text. */
interface Finding {
  what: string;
  /** `note`: nothing is wrong, but good to know. */
  state: "ok" | "note" | "warning" | "problem";
  detail: string;
  remedy?: string;
}

/** `kalends doctor`: reads and asks, changes nothing but the status of what it asked. */
export async function doctor(flags: { json?: boolean }, command: Command): Promise<void> {
  const findings: Finding[] = [nodeFinding()];
  const options = resolveOptions(command);
  const kalends = await openFinding(options, findings);
  if (kalends !== null) {
    try {
      await connectionFindings(kalends, findings);
    } finally {
      await kalends.close();
    }
  }
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ version, findings }, null, 2)}\n`);
  else process.stdout.write(toText(findings));
  if (findings.some(({ state }) => state === "problem")) process.exitCode = 1;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const detail = `kalends ${version}, Node ${process.versions.node}, SQLite ${process.versions["sqlite"] ?? "unknown"}, ${process.platform}`;
  if (major > 22 || (major === 22 && minor >= 13)) return { what: "program", state: "ok", detail };
  return { what: "program", state: "problem", detail, remedy: "Use Node 22.13 or newer." };
}

async function openFinding(options: KalendsOptions & { database: string }, findings: Finding[]): Promise<Kalends | null> {
  if (options.database !== ":memory:" && !existsSync(options.database)) {
    findings.push({ what: "database", state: "problem", detail: "the file is not there", remedy: "Run `kalends init`, or name the file with --database." });
    return null;
  }
  try {
    const kalends = await createKalends({ ...options, autoMigrate: false });
    findings.push({ what: "database", state: "ok", detail: `opened, ${Math.round(statSync(options.database).size / 1024)} KiB, schema up to date, key fits` });
    return kalends;
  } catch (thrown) {
    const { code, message, remedy } = toKalendsError(thrown);
    findings.push({ what: "database", state: "problem", detail: `${message} (${code})`, remedy });
    return null;
  }
}

async function connectionFindings(kalends: Kalends, findings: Finding[]): Promise<void> {
  const connections = await kalends.status();
  if (connections.length === 0) findings.push({ what: "connections", state: "warning", detail: "none yet", remedy: "kalends connect caldav you@example.com" });
  for (const connection of connections) {
    const what = `connection ${connection.connectionId} (${connection.provider})`;
    if (connection.state !== "connected") {
      const remedy = connection.error?.remedy ?? "Connect it again in place: kalends connect caldav ADDRESS";
      findings.push({ what, state: "problem", detail: `state ${connection.state}`, remedy });
      continue;
    }
    findings.push(await listFinding(kalends, connection.connectionId, what));
  }
  await presetFindings(kalends, findings);
  for (const connection of await kalends.status()) {
    for (const calendar of connection.calendars) {
      const what = `calendar ${calendar.calendarId}`;
      const last = calendar.freshnessMs === null ? "never synced" : `synced ${showAge(calendar.freshnessMs)} ago`;
      const detail = [calendar.phase, last, counted(calendar.objects, "object"), ...oddities(calendar)].join(", ");
      if (calendar.error !== null) findings.push({ what, state: "problem", detail: `${detail} (${calendar.error.code})`, remedy: calendar.error.remedy });
      else if (calendar.quarantined > 0) findings.push({ what, state: "warning", detail, remedy: await quarantineRemedy(kalends, calendar.calendarId) });
      else if (calendar.lastSuccess === null) findings.push({ what, state: "warning", detail, remedy: "kalends sync" });
      else findings.push({ what, state: "ok", detail });
    }
  }
}

/** What the providers in use cannot do, from the adapter's own data: no fault, but good to know. */
async function presetFindings(kalends: Kalends, findings: Finding[]): Promise<void> {
  for (const { id, provider, endpoint } of await kalends.listConnections()) {
    if (provider === "google") for (const detail of googleLimits) findings.push({ what: `connection ${id} (Google)`, state: "note", detail });
    const preset = provider === "caldav" ? presetNamed(endpoint["preset"] ?? "generic") : null;
    for (const detail of preset?.cannot ?? []) findings.push({ what: `connection ${id} (${preset?.title})`, state: "note", detail });
  }
}

function oddities({ quarantined, warnings, failures }: CalendarStatus): string[] {
  return [
    ...(quarantined === 0 ? [] : [`${quarantined} set aside`]),
    ...(warnings === 0 ? [] : [`${warnings} with warnings`]),
    ...(failures === 0 ? [] : [counted(failures, "failure")]),
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

async function quarantineRemedy(kalends: Kalends, calendarId: string): Promise<string> {
  const counts = new Map<string, number>();
  for (const { code } of await kalends.quarantined(calendarId)) counts.set(code, (counts.get(code) ?? 0) + 1);
  const list = [...counts].map(([code, count]) => `${count} x ${code}`).join(", ");
  return `Items were set aside (${list}); all others are read. Mend or delete them in the program that made them.`;
}

async function listFinding(kalends: Kalends, connectionId: string, what: string): Promise<Finding> {
  try {
    const report = await kalends.refreshCalendars(connectionId);
    const changed = report.added.length + report.changed.length + report.removed.length;
    return { what, state: "ok", detail: `the server answers and the login works${changed === 0 ? "" : `; ${counted(changed, "change")} in the calendar list`}` };
  } catch (thrown) {
    const { code, message, remedy } = toKalendsError(thrown);
    return { what, state: "problem", detail: `${message} (${code})`, remedy };
  }
}

function toText(findings: readonly Finding[]): string {
  const mark = { ok: "ok      ", note: "note    ", warning: "warning ", problem: "PROBLEM " } as const;
  const lines = findings.map(({ what, state, detail, remedy }) => `${mark[state]} ${what}: ${detail}${remedy === undefined ? "" : `\n           what to do: ${remedy}`}`);
  const problems = findings.filter(({ state }) => state === "problem").length;
  const warnings = findings.filter(({ state }) => state === "warning").length;
  if (problems > 0) lines.push("", `${counted(problems, "problem")} found.`);
  else lines.push("", warnings === 0 ? "Nothing stands in the way." : `No problem, but ${counted(warnings, "warning")}: see above.`);
  return `${lines.join("\n")}\n`;
}
