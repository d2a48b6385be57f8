import type { Telemetry } from "@kalends/model";
import { openTelemetry, type OpenTelemetryApi } from "../telemetry/open-telemetry.ts";

/**
 * The OpenTelemetry API that the host installed, or `null`. An SDK is registered by the host, before Kalends starts
 * (`node --import ./telemetry.mjs`); without one the API keeps nothing.
 */
export async function findOpenTelemetry(): Promise<Telemetry | null> {
  try {
    // In a variable, so that no bundler and no compiler takes it for a dependency.
    const name = "@opentelemetry/api";
    return openTelemetry((await import(name)) as OpenTelemetryApi);
  } catch {
    return null;
  }
}
