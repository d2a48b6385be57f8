import { inspect } from "node:util";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect, test } from "vitest";
import { startCaldavSandbox } from "@kalends/sandbox";
import { openTelemetry, systemClock } from "kalends";
import { brokenEvent, canary, canaryEvent, eventCanaries, plainCanary, privateEvent } from "./canary-texts.ts";
import { disguises } from "./disguises.ts";
import { openKalends } from "./open-kalends.ts";

/** A real SDK that keeps what it would send. */
function openSdk() {
  const spans = new InMemorySpanExporter();
  const traces = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })] });
  const telemetry = openTelemetry({
    trace: { getTracer: (name) => traces.getTracer(name) },
    metrics: { getMeter: (name) => meters.getMeter(name) as never },
  });
  return { telemetry, spans, exporter, meters, close: () => Promise.all([traces.shutdown(), meters.shutdown()]) };
}

test("spans and metrics tell of every run, and no secret is in any of them", async () => {
  const secrets = { password: canary("password"), login: plainCanary("login"), name: canary("display name"), calendar: canary("calendar name") };
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: secrets.login, password: secrets.password, calendars: ["diary"] }] });
  const diary = sandbox.user(secrets.login).calendar("diary");
  diary.rename(secrets.calendar);
  diary.put("one", canaryEvent("one"));
  diary.put("two", privateEvent("two"));
  diary.put("broken", brokenEvent("broken"));
  const sdk = openSdk();
  const { kalends, close } = await openKalends({ allowHosts: [sandbox.allowHost], telemetry: sdk.telemetry, settings: { inlineWaitMs: 0 } });
  const account = await kalends.createAccount({ displayName: secrets.name });
  await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: secrets.login, password: secrets.password });
  await kalends.scheduler.drain();
  diary.put("one", canaryEvent("one").replace("DTSTAMP:20261101", "DTSTAMP:20261102"));
  sandbox.faults.next({ method: "REPORT", status: 403 });
  const [calendar] = await kalends.listCalendars();
  await kalends.syncCalendar(calendar?.id ?? "");
  await kalends.syncCalendar(calendar?.id ?? "");
  sandbox.user(secrets.login).setPassword("another");
  await kalends.syncCalendar(calendar?.id ?? "");
  kalends.start();
  await sdk.meters.forceFlush();

  const metrics = sdk.exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const names = new Set(metrics.map(({ descriptor }) => descriptor.name));
  for (const name of ["job.lag", "job.runs", "job.duration", "sync.runs", "sync.duration", "sync.freshness", "sync.changes", "sync.refusals", "queue.age", "queue.due", "queue.running", "queue.dead"]) {
    expect(names).toContain(`kalends.${name}`);
  }
  const told = sdk.spans.getFinishedSpans();
  expect(new Set(told.map(({ name }) => name))).toEqual(new Set(["kalends.job", "kalends.sync", "kalends.pull"]));
  expect(told.filter(({ status }) => status.code === 2).length).toBeGreaterThan(0);
  const everything = Buffer.from(told.map((span) => inspect([span.name, span.attributes, span.events, span.status, span.links], { depth: 9, maxStringLength: null })).join() +
    inspect(metrics, { depth: 12, maxStringLength: null, maxArrayLength: null }));
  // The test can fail: what is there is found.
  expect(everything.includes("kalends.provider")).toBe(true);
  const hidden = [...Object.values(secrets), ...eventCanaries].flatMap((text) => [...disguises(text)].map(([form, bytes]) => [`${text} (${form})`, bytes] as const));
  expect(hidden.filter(([, needle]) => everything.includes(needle)).map(([name]) => name)).toEqual([]);
  const values = [...told.map(({ attributes }) => attributes), ...metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes))].flatMap(Object.entries);
  for (const [name, value] of values) expect([name, String(value).length < 130 && !/[@/: ]/.test(String(value))]).toEqual([name, true]);
  await close();
  await sdk.close();
  await sandbox.close();
});
