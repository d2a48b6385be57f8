import type { ErrorCode } from "../error-codes.ts";
import type { JobKind, JobPriority } from "./job-queue.ts";

/**
 * What a span or measurement may carry. A closed list of ids, codes and words of ours: no title, name, address, key, cursor or message can
 * get into it.
 */
export interface TelemetryAttributes {
  /** Ids; on spans only, for there are too many of them for a metric. */
  organization?: string;
  calendar?: string;
  connection?: string;
  provider?: string;
  job?: JobKind;
  priority?: JobPriority;
  outcome?: "ok" | "failed" | "put-off" | "dead";
  code?: ErrorCode;
  pass?: "delta" | "snapshot";
  change?: "created" | "updated" | "removed" | "set-aside";
}

export type SpanName = "kalends.job" | "kalends.sync" | "kalends.pull" | "kalends.credential.refresh";

/** Counters. */
export type CounterName =
  | "kalends.job.runs"
  | "kalends.sync.runs"
  | "kalends.sync.changes"
  | "kalends.sync.refusals"
  | "kalends.credential.refreshes"
  | "kalends.budget.requests"
  | "kalends.budget.waits";

/** Distributions, in seconds. */
export type HistogramName = "kalends.job.lag" | "kalends.job.duration" | "kalends.sync.duration" | "kalends.sync.freshness";

/** Values of the whole database, read when somebody collects them. */
export type GaugeName = "kalends.queue.age" | "kalends.queue.due" | "kalends.queue.running" | "kalends.queue.dead";

/** A span under way. */
export interface TelemetrySpan {
  add(attributes: TelemetryAttributes): void;
  /** Marks the span as failed. */
  fail(code: ErrorCode): void;
}

/** Where traces and measurements go. No call throws, and none waits for the network. */
export interface Telemetry {
  /** Runs `work` inside a span that ends with it; spans begun inside are its children. What `work` throws goes through. */
  span<T>(name: SpanName, attributes: TelemetryAttributes, work: (span: TelemetrySpan) => Promise<T>): Promise<T>;
  count(name: CounterName, by: number, attributes: TelemetryAttributes): void;
  record(name: HistogramName, seconds: number, attributes: TelemetryAttributes): void;
  /** Has the gauges read whenever measurements are collected, until what it returns is called. */
  observe(read: () => Promise<Readonly<Partial<Record<GaugeName, number>>>>): () => void;
}

const silentSpan: TelemetrySpan = { add: () => undefined, fail: () => undefined };

/** Keeps nothing; the default. */
export const silentTelemetry: Telemetry = {
  span: (_name, _attributes, work) => work(silentSpan),
  count: () => undefined,
  record: () => undefined,
  observe: () => () => undefined,
};
