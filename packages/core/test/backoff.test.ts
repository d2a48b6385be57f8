import { describe, expect, test } from "vitest";
import { KalendsError } from "@kalends/model";
import { seededRandom } from "@kalends/testing";
import { defaultSettings } from "@kalends/core";
import { waitAfterFailure } from "../src/sync/backoff.ts";

const wait = (error: KalendsError, failures: number, seed = 1): number | null => waitAfterFailure(error, failures, defaultSettings, seededRandom(seed));

describe("waitAfterFailure", () => {
  test("doubles from 15 s to an hour, spread by 20 %", () => {
    const error = new KalendsError("server-error", "");
    for (const [failures, middle] of [[1, 15_000], [2, 30_000], [5, 240_000], [40, 3_600_000]] as const) {
      for (let seed = 0; seed < 50; seed += 1) {
        const ms = wait(error, failures, seed) ?? 0;
        expect(ms).toBeGreaterThanOrEqual(middle * 0.8);
        expect(ms).toBeLessThanOrEqual(middle * 1.2);
      }
    }
  });

  test("never before the provider's Retry-After", () => {
    const error = new KalendsError("rate-limited", "", { retryAfterMs: 7_200_000 });
    for (let seed = 0; seed < 50; seed += 1) expect(wait(error, 1, seed)).toBeGreaterThanOrEqual(7_200_000);
  });

  test("a refused login is not tried again by itself", () => {
    expect(wait(new KalendsError("auth-failed", ""), 1)).toBeNull();
  });
});
