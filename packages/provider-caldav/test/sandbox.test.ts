import { startCaldavSandbox } from "@kalends/sandbox";
import { describeProviderConformance } from "@kalends/testing";
import { harnessOf } from "./caldav-harness.ts";
import { systemClock } from "./system-clock.ts";

describeProviderConformance("CalDAV on the sandbox", async () => {
  const users = [{ name: "alice", password: "alicepw", calendars: [] }, { name: "bob", password: "bobpw" }];
  const sandbox = await startCaldavSandbox({ clock: systemClock, users, features: { scheduling: true } });
  const alice = sandbox.user("alice");
  const home = new URL(alice.homeUrl).pathname;
  const { origin } = new URL(sandbox.url);
  const server = { origin, baseUrl: sandbox.url, home: () => home, username: "alice", password: "alicepw", stop: () => sandbox.close() };
  const harness = await harnessOf(server, { scheduling: { organizer: alice.email, attendee: sandbox.user("bob").email } });
  // The sandbox's own hand stores everything as it is, broken items and tasks too.
  const put = async (calendar: string, fileName: string, text: string): Promise<void> => {
    alice.calendar(calendar).put(/^UID:(.+)$/m.exec(text)?.[1]?.trim() ?? fileName, text, { fileName });
  };
  return { ...harness, remote: { ...harness.remote, put } };
});
