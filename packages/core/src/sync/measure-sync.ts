import type { ErrorCode, KalendsError, TelemetryAttributes } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import type { CalendarContext } from "./calendar-context.ts";
import { isPutOff } from "./is-put-off.ts";
import type { PassTally } from "./sync-report.ts";

/** One run of a calendar, for measuring. */
export interface MeasuredSync {
  context: CalendarContext | null;
  tally: PassTally;
  error: KalendsError | null;
  startedAt: number;
  /** Last complete sync before this one, ms since the epoch. */
  lastSuccess: number | null;
}

const refusals: readonly ErrorCode[] = ["plan-refused", "not-calendar-data", "answer-invalid", "permission-denied", "scope-missing"];

/** Counts a run: outcome, duration, how old the calendar had become, what changed, and what was refused. */
export function measureSync({ telemetry, clock }: Runtime, { context, tally, error, startedAt, lastSuccess }: MeasuredSync): void {
  const now = clock.now();
  const provider: TelemetryAttributes = context === null ? {} : { provider: context.connection.provider };
  const putOff = isPutOff(error?.code);
  const outcome = error === null ? "ok" : putOff ? "put-off" : "failed";
  telemetry.count("kalends.sync.runs", 1, { ...provider, outcome, ...(error === null ? {} : { code: error.code }) });
  telemetry.record("kalends.sync.duration", (now - startedAt) / 1_000, { ...provider, outcome });
  if (error === null && lastSuccess !== null) telemetry.record("kalends.sync.freshness", Math.max(0, now - lastSuccess) / 1_000, provider);
  if (error !== null && (error.failure === "auth" || refusals.includes(error.code))) {
    telemetry.count("kalends.sync.refusals", 1, { ...provider, code: error.code });
  }
  const changes = { created: tally.created, updated: tally.updated, removed: tally.removed, "set-aside": tally.quarantined } as const;
  for (const change of ["created", "updated", "removed", "set-aside"] as const) {
    if (changes[change] > 0) telemetry.count("kalends.sync.changes", changes[change], { ...provider, change });
  }
}
