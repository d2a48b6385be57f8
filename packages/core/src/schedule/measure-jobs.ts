import type { ClaimedJob, GaugeName, TelemetryAttributes } from "@kalends/model";
import type { Runtime } from "../runtime.ts";
import type { JobOutcome } from "./run-job.ts";

function resultOf(outcome: JobOutcome): NonNullable<TelemetryAttributes["outcome"]> {
  if (outcome.end === "put-off") return "put-off";
  if (outcome.end === "failed") return outcome.dead ? "dead" : "failed";
  return outcome.code === null ? "ok" : "failed";
}

/** Runs a job inside a span, and counts it: how late it began, how long it ran, how it ended. */
export function measuredJob(runtime: Runtime, job: ClaimedJob, run: () => Promise<JobOutcome>): Promise<JobOutcome> {
  const { telemetry, clock } = runtime;
  const { kind, priority, lane, organizationId } = job;
  const provider = lane === "" ? {} : { provider: lane };
  const begun = clock.now();
  telemetry.record("kalends.job.lag", Math.max(0, begun - job.owedSince) / 1_000, { job: kind, priority });
  return telemetry.span("kalends.job", { job: kind, priority, organization: organizationId, ...provider }, async (span) => {
    const outcome = await run();
    const told: TelemetryAttributes = { job: kind, outcome: resultOf(outcome), ...provider, ...(outcome.code === null ? {} : { code: outcome.code }) };
    span.add(told);
    if (outcome.code !== null && outcome.end !== "put-off") span.fail(outcome.code);
    telemetry.count("kalends.job.runs", 1, told);
    telemetry.record("kalends.job.duration", (clock.now() - begun) / 1_000, { job: kind, outcome: resultOf(outcome) });
    return outcome;
  });
}

/** The queue of the whole database, for whoever collects measurements. */
export async function queueGauges({ jobs, clock }: Runtime): Promise<Record<GaugeName, number>> {
  const now = clock.now();
  const { due, running, dead, oldestDueAt } = await jobs.load(now);
  const age = oldestDueAt === null ? 0 : Math.max(0, now - oldestDueAt) / 1_000;
  return { "kalends.queue.age": age, "kalends.queue.due": due, "kalends.queue.running": running, "kalends.queue.dead": dead };
}
