import { headStartMs, type NewJob, type OrganizationId } from "@kalends/model";
import type { SqlValue } from "../database/sql-driver.ts";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/** Adds the jobs, or moves those of the same kind and subject forward. */
export async function enqueueJobs(scope: SqlScope, organization: OrganizationId, jobs: readonly NewJob[]): Promise<void> {
  if (jobs.length === 0) return;
  const lanes = await readLanes(scope, organization, jobs);
  await scope.runMany(
    preparedTexts(scope).enqueueJob,
    joined(jobs).map(({ kind, subject, runAt, headStart }): SqlValue[] => [
      organization, kind, subject, runAt, 0, 0, headStart, callsNobody.includes(kind) ? "" : (lanes.get(subject) ?? ""),
    ]),
  );
}

/** These run without the provider. */
const callsNobody: readonly string[] = ["roll-window", "escalate-alert"];

interface JoinedJob {
  kind: string;
  subject: string;
  runAt: number;
  headStart: number;
}

/** One entry per job: the earliest time, the highest priority. Equal orders in all transactions keep these from waiting for each other. */
function joined(jobs: readonly NewJob[]): JoinedJob[] {
  const byName = new Map<string, JoinedJob>();
  for (const { kind, subject, runAt, priority = "poll" } of jobs) {
    const name = JSON.stringify([kind, subject]);
    const other = byName.get(name);
    const headStart = Math.max(headStartMs[priority], other?.headStart ?? 0);
    byName.set(name, { kind, subject, runAt: Math.min(runAt, other?.runAt ?? runAt), headStart });
  }
  return [...byName.values()].sort((one, other) => compare(one.kind, other.kind) || compare(one.subject, other.subject));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The providers of calendars and connections, by id. */
async function readLanes(scope: SqlScope, organization: OrganizationId, jobs: readonly NewJob[]): Promise<Map<string, string>> {
  const subjects = [...new Set(jobs.map(({ subject }) => subject))].sort();
  const { db, flavor } = scope;
  const ofCalendars = db
    .selectFrom("calendar")
    .innerJoin("connection", (join) =>
      join.onRef("connection.organization", "=", "calendar.organization").onRef("connection.id", "=", "calendar.connection_id"),
    )
    .select(["calendar.id", "connection.provider"])
    .where("calendar.organization", "=", organization)
    .where("calendar.id", "in", flavor.textList(subjects));
  const ofConnections = db
    .selectFrom("connection")
    .select(["id", "provider"])
    .where("organization", "=", organization)
    .where("id", "in", flavor.textList(subjects));
  const rows = await scope.all(ofCalendars.unionAll(ofConnections));
  return new Map(rows.map(({ id, provider }) => [id, provider]));
}
