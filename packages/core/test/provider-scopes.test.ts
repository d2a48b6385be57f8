import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missingScopes, planProviderScopes, providerFeatures, providerScopes, type ProviderFeature } from "@kalends/core";

const features = fc.subarray([...providerFeatures]);
const google = "https://www.googleapis.com/auth/";

describe("the smallest scopes", () => {
  test.each([...providerScopes.keys()])("%s: what is planned is enough, and without any one of them it is not", (provider) => {
    fc.assert(
      fc.property(features, (wanted) => {
        const planned = planProviderScopes(provider, wanted);
        expect(missingScopes(provider, wanted, planned)).toEqual([]);
        const always = providerScopes.get(provider)?.always ?? [];
        for (const scope of planned.filter((one) => !always.includes(one))) {
          const rest = planned.filter((one) => one !== scope);
          expect(missingScopes(provider, wanted, rest)).not.toEqual([]);
        }
        // What is told as missing mends it.
        expect(missingScopes(provider, wanted, missingScopes(provider, wanted, []))).toEqual([]);
      }),
    );
  });

  test("what an application meets in practice", () => {
    const plan = (provider: string, ...wanted: ProviderFeature[]) => planProviderScopes(provider, wanted);
    expect(plan("google", "read-busy")).toEqual([`${google}calendar.freebusy`]);
    expect(plan("google", "list-calendars", "read-events").sort()).toEqual([`${google}calendar.calendarlist.readonly`, `${google}calendar.events.readonly`]);
    expect(plan("google", "read-busy", "read-events")).toEqual([`${google}calendar.events.readonly`]);
    expect(plan("google", "list-calendars", "read-events", "write-events").sort()).toEqual([`${google}calendar.calendarlist.readonly`, `${google}calendar.events`]);
    expect(plan("microsoft", "list-calendars", "read-busy")).toEqual(["offline_access", "Calendars.ReadBasic"]);
    expect(plan("microsoft", "read-events", "read-descriptions")).toEqual(["offline_access", "Calendars.Read"]);
    expect(plan("microsoft", "read-descriptions", "write-events", "know-login").sort()).toEqual(["Calendars.ReadWrite", "User.Read", "offline_access"]);
    expect(plan("caldav", "read-events", "write-events")).toEqual([]);
  });

  test("a larger grant covers smaller wishes, in every way that providers write it", () => {
    expect(missingScopes("microsoft", ["read-events"], ["https://graph.microsoft.com/Calendars.ReadWrite"])).toEqual([]);
    expect(missingScopes("microsoft", ["read-events"], ["calendars.read", "offline_access"])).toEqual([]);
    expect(missingScopes("google", ["read-events", "list-calendars"], [`${google}calendar`])).toEqual([]);
    expect(missingScopes("google", ["read-busy"], [`${google}calendar.events.readonly`])).toEqual([]);
    expect(missingScopes("google", ["read-events"], [`${google}calendar.freebusy`])).toEqual([`${google}calendar.events.readonly`]);
    expect(missingScopes("caldav", ["write-events"], [])).toEqual([]);
  });
});
