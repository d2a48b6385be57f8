import { describeProviderWrites, hastyClock, persistentProvider, seededRandom, startFaultProxy, startServer, type OpenHarness, type ServerKind } from "@kalends/testing";
import { harnessOf, type ServerTraits } from "./caldav-harness.ts";
import { systemClock } from "./system-clock.ts";
import { chooseWriteFaults, endsWithFaults } from "./write-faults.ts";

// KALENDS_STEPS=500 and KALENDS_SEED=... for a long run; the seed is part of each suite's name.
const steps = Number(process.env["KALENDS_STEPS"] ?? 20);
const seed = Number(process.env["KALENDS_SEED"] ?? Math.floor(Math.random() * 1_000_000));

/** The adapter behind a proxy whose faults change as the requests go by, and in front of it somebody who repeats what failed. */
function throughFaults(kind: ServerKind, traits: ServerTraits): OpenHarness {
  return async (context) => {
    const server = await startServer(kind, context, traits.environment ?? {});
    const random = seededRandom(seed);
    const proxy = await startFaultProxy({ target: server.baseUrl, random: seededRandom(seed + 1) });
    const clock = hastyClock(systemClock, 20);
    let uids = 0;
    const newUid = (): string => `00000000-0000-4000-8000-${String((uids += 1)).padStart(12, "0")}`;
    const harness = await harnessOf(server, traits, {
      baseUrl: proxy.url,
      clock,
      timeoutMs: 2_500,
      wrap: (provider) => persistentProvider(provider, { clock, newUid, mayPass: endsWithFaults, tries: 40 }),
      close: () => proxy.close(),
    });
    const refresh = (): void => {
      proxy.clear();
      proxy.use(...chooseWriteFaults(random, proxy.origin));
    };
    refresh();
    const { put } = harness.remote;
    // Every edit of the other client is a new hour for the proxy.
    harness.remote.put = async (...edit) => {
      refresh();
      await put(...edit);
    };
    return harness;
  };
}

for (const kind of ["radicale", "xandikos", "sabredav", "davical", "caldav-adapter"] as const) {
  describeProviderWrites(`CalDAV on ${kind} through faults, seed ${seed}`, throughFaults(kind, {}), { steps });
}
describeProviderWrites(`CalDAV on sabredav with Digest through faults, seed ${seed}`, throughFaults("sabredav", { environment: { SABRE_AUTH: "digest" } }), { steps });
