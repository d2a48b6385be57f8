import { describeProviderConformance } from "@kalends/testing";
import { afterAll, expect, test } from "vitest";
import { openGoogleHarness, type GoogleHarness } from "./google-harness.ts";

let opened: GoogleHarness | null = null;

describeProviderConformance("Google on the sandbox", async () => (opened = await openGoogleHarness()));

afterAll(() => {
  // Every message of the suite, ours and the official client's, against the official description.
  expect(opened?.checker?.problems ?? []).toEqual([]);
});

test("a planted wrong field does not pass the official description", async (context) => {
  const harness = await openGoogleHarness();
  try {
    if (harness.checker === null) return context.skip("the official description is not here");
    await harness.provider.listCalendars(harness.access);
    expect(harness.checker.problems).toEqual([]);
    await fetch(`${harness.sandbox.url}calendar/v3/calendars/primary/events?maxResult=10`, { headers: { authorization: "Bearer x" } });
    expect(harness.checker.problems.join("\n")).toMatch(/maxResult/);
  } finally {
    await harness.close();
  }
});
