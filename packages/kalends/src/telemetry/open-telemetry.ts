import type { ErrorCode, GaugeName, Telemetry, TelemetryAttributes, TelemetrySpan } from "@kalends/model";

/** The part of `@opentelemetry/api` 1.x that is used. Its module fits: `openTelemetry(await import("@opentelemetry/api"))`. */
export interface OpenTelemetryApi {
  trace: { getTracer(name: string): OtelTracer };
  metrics: { getMeter(name: string): OtelMeter };
}

type OtelAttributes = Record<string, string>;

interface OtelSpan {
  setAttributes(attributes: OtelAttributes): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

interface OtelTracer {
  startActiveSpan<T>(name: string, options: { attributes?: OtelAttributes }, work: (span: OtelSpan) => T): T;
}

interface OtelInstrumentOptions {
  unit?: string;
}

interface OtelGauge {
  addCallback(read: (result: { observe(value: number): void }) => Promise<void>): void;
  removeCallback(read: (result: { observe(value: number): void }) => Promise<void>): void;
}

interface OtelMeter {
  createCounter(name: string, options?: OtelInstrumentOptions): { add(by: number, attributes?: OtelAttributes): void };
  createHistogram(name: string, options?: OtelInstrumentOptions): { record(value: number, attributes?: OtelAttributes): void };
  createObservableGauge(name: string, options?: OtelInstrumentOptions): OtelGauge;
}

/** `SpanStatusCode.ERROR` of the API. */
const failedStatus = 2;

const gaugeUnits: Readonly<Record<GaugeName, string>> = {
  "kalends.queue.age": "s",
  "kalends.queue.due": "{job}",
  "kalends.queue.running": "{job}",
  "kalends.queue.dead": "{job}",
};

/** Too many different values for a metric. */
const spanOnly: readonly string[] = ["organization", "calendar", "connection"];

function named(attributes: TelemetryAttributes, onSpan: boolean): OtelAttributes {
  const entries = Object.entries(attributes).filter(([name, value]) => value !== undefined && (onSpan || !spanOnly.includes(name)));
  return Object.fromEntries(entries.map(([name, value]) => [`kalends.${name}`, String(value)]));
}

/**
 * Sends spans and metrics through the OpenTelemetry API, to whatever SDK the host has registered; without one the API itself keeps nothing.
 * The module is passed in, so Kalends depends on no version of it.
 */
export function openTelemetry(api: OpenTelemetryApi): Telemetry {
  const tracer = api.trace.getTracer("kalends");
  const meter = api.metrics.getMeter("kalends");
  const counters = new Map<string, ReturnType<OtelMeter["createCounter"]>>();
  const histograms = new Map<string, ReturnType<OtelMeter["createHistogram"]>>();
  const gauges = Object.entries(gaugeUnits).map(([name, unit]) => [name as GaugeName, meter.createObservableGauge(name, { unit })] as const);
  return {
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes: named(attributes, true) }, async (span) => {
        const handle: TelemetrySpan = {
          add: (more) => void span.setAttributes(named(more, true)),
          fail: (code) => markFailed(span, code),
        };
        try {
          return await work(handle);
        } catch (thrown) {
          markFailed(span, (thrown as { code?: ErrorCode }).code ?? "internal");
          throw thrown;
        } finally {
          span.end();
        }
      }),
    count: (name, by, attributes) => {
      const counter = counters.get(name) ?? meter.createCounter(name);
      counters.set(name, counter);
      counter.add(by, named(attributes, false));
    },
    record: (name, seconds, attributes) => {
      const histogram = histograms.get(name) ?? meter.createHistogram(name, { unit: "s" });
      histograms.set(name, histogram);
      histogram.record(seconds, named(attributes, false));
    },
    observe: (read) => observe(gauges, read),
  };
}

/** Only the code is told: a message may be long, and what others throw may hold anything. */
function markFailed(span: OtelSpan, code: ErrorCode): void {
  span.setAttributes({ "kalends.code": code });
  span.setStatus({ code: failedStatus, message: code });
}

function observe(gauges: readonly (readonly [GaugeName, OtelGauge])[], read: Parameters<Telemetry["observe"]>[0]): () => void {
  // One reading serves all gauges of a collection: they are asked within the same turn.
  let reading: ReturnType<typeof read> | null = null;
  const shared = (): ReturnType<typeof read> => {
    reading ??= read().finally(() => (reading = null));
    return reading;
  };
  const callbacks = gauges.map(([name, gauge]) => {
    const callback = async (result: { observe(value: number): void }): Promise<void> => {
      try {
        const value = (await shared())[name];
        if (value !== undefined) result.observe(value);
      } catch {
        // A database that cannot be reached has no queue to tell of; the worker's health says so.
      }
    };
    gauge.addCallback(callback);
    return () => gauge.removeCallback(callback);
  });
  return () => {
    for (const remove of callbacks) remove();
  };
}
