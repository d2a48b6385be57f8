import { startCaldavSandbox } from "@kalends/sandbox";
import { describeProviderConformance } from "@kalends/testing";
import { harnessOf } from "./caldav-harness.ts";
import { systemClock } from "./system-clock.ts";

describeProviderConformance("CalDAV on the sandbox", async () => {
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "alice", password: "alicepw", calendars: [] }] });
  const home = new URL(sandbox.user("alice").homeUrl).pathname;
  return harnessOf(
    { origin: new URL(sandbox.url).origin, baseUrl: sandbox.url, home: () => home, username: "alice", password: "alicepw", stop: () => sandbox.close() },
    {},
  );
});
