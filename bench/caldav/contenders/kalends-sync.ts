// Kalends as an application uses it: the whole line into a SQLite file.
import { join } from "node:path";
import { createKalends, systemClock, type Kalends } from "kalends";
import { reportOwnUsage } from "../../measure/own-usage.ts";
import { readNotes, readTask, writeNotes } from "../contender.ts";

const task = readTask();

function open(): Promise<Kalends> {
  const key = Buffer.alloc(32, 7).toString("base64url");
  const allowHosts = [new URL(task.baseUrl).host];
  return createKalends({ database: join(task.folder, "kalends.db"), key, allowHosts, clock: systemClock });
}

/** Connects; not measured. */
async function setUp(): Promise<Record<string, string>> {
  const kalends = await open();
  const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
  const { username, password } = task;
  const { connection } = await kalends.connectCaldav({ accountId: account.id, address: task.baseUrl, username, password });
  const calendars = await kalends.listCalendars({ connectionId: connection.id });
  const calendar = calendars.find(({ remoteKey }) => new URL(task.calendarUrl).pathname === new URL(remoteKey, task.baseUrl).pathname);
  if (calendar === undefined) throw new Error("Kalends does not list the calendar");
  writeNotes(task, { calendarId: calendar.id });
  await kalends.close();
  return { calendarId: calendar.id };
}

async function syncOnce(): Promise<Record<string, number | string | null>> {
  const kalends = await open();
  const { calendarId } = readNotes<{ calendarId: string }>(task) as { calendarId: string };
  const report = await kalends.syncCalendar(calendarId);
  await kalends.close();
  if (!report.ok) throw new Error(`The sync failed: ${report.error?.code}`);
  const { created, updated, removed, unchanged, quarantined, pages } = report;
  return { items: created + updated, created, updated, removed, unchanged, quarantined, pages };
}

await reportOwnUsage(task.phase === "setup" ? setUp : syncOnce);
