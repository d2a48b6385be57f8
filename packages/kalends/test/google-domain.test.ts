import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { systemClock } from "kalends";
import { openKalends } from "./open-kalends.ts";
import { startCheckedGoogle } from "./checked-google.ts";

const scope = "https://www.googleapis.com/auth/calendar.readonly";

test("fifty users of a domain are connected by one service account, and nothing of theirs is stored", async () => {
  const emails = Array.from({ length: 50 }, (_, index) => `user-${index}@corp.example`);
  const sandbox = await startCheckedGoogle({ clock: systemClock, users: emails.map((email) => ({ email, hostedDomain: "corp.example" })) });
  const key = sandbox.addServiceAccount({ email: "robot@project.example", delegations: [{ domain: "corp.example", scopes: [scope] }] });
  const { rootUrl, tokenUrl } = sandbox.endpoints;
  const opened = await openKalends({
    allowHosts: [sandbox.allowHost],
    google: { serviceAccount: { clientEmail: key.client_email, privateKey: key.private_key, scopes: [scope] }, apiRoot: rootUrl, addresses: { token: tokenUrl } },
  });
  const { kalends, path } = opened;
  try {
    for (const subject of emails) {
      sandbox.user(subject).calendar().insert({ summary: "Standup", start: { dateTime: "2026-11-30T09:00:00Z" }, end: { dateTime: "2026-11-30T10:00:00Z" } });
      const account = await kalends.createAccount({ timeZone: "UTC" });
      const connected = await kalends.connectGoogleDomain({ accountId: account.id, subject });
      expect(connected.connection).toMatchObject({ label: subject, state: "connected" });
    }
    const report = await kalends.sync();
    expect(report).toMatchObject({ ok: true });
    expect(report.calendars).toHaveLength(50);
    const database = new DatabaseSync(path, { readOnly: true });
    const records = database.prepare("select count(*) as count from credential").get();
    database.close();
    expect(records?.["count"]).toBe(0);
    // Connecting again mends in place; a user whom nobody delegated is refused, with what an administrator has to do.
    const [first] = await kalends.listConnections();
    const again = await kalends.connectGoogleDomain({ accountId: first?.accountId ?? "", subject: first?.label ?? "" });
    expect(again).toMatchObject({ reconnected: true, connection: { id: first?.id } });
    sandbox.addUser({ email: "out@other.example", hostedDomain: "other.example" });
    await expect(kalends.connectGoogleDomain({ accountId: first?.accountId ?? "", subject: "out@other.example" })).rejects.toMatchObject({ code: "auth-failed", remedy: expect.stringContaining("administrator") as string });
  } finally {
    await opened.close();
    await sandbox.close();
  }
}, 60_000);

test("the channels of a delegated connection are stopped when it ends, and when its user is deactivated", async () => {
  const emails = ["ada@corp.example", "bob@corp.example"];
  const sandbox = await startCheckedGoogle({ clock: systemClock, users: emails.map((email) => ({ email, hostedDomain: "corp.example" })), send: async () => 200 });
  const key = sandbox.addServiceAccount({ email: "robot@project.example", delegations: [{ domain: "corp.example", scopes: [scope] }] });
  const { rootUrl, tokenUrl } = sandbox.endpoints;
  const { kalends, close } = await openKalends({
    allowHosts: [sandbox.allowHost],
    notifyAt: "https://app.example/notifications",
    google: { serviceAccount: { clientEmail: key.client_email, privateKey: key.private_key, scopes: [scope] }, apiRoot: rootUrl, addresses: { token: tokenUrl } },
  });
  const watching = (email: string): number => sandbox.channels().filter(({ user }) => user === email).length;
  try {
    const connections: string[] = [];
    const users: { accountId: string; version: number }[] = [];
    for (const subject of emails) {
      const user = await kalends.provisioning.createUser({ userName: subject, active: true, attributes: "{}" });
      users.push(user);
      connections.push((await kalends.connectGoogleDomain({ accountId: user.accountId, subject })).connection.id);
    }
    await kalends.scheduler.drain();
    expect(emails.map(watching)).toEqual([2, 2]);
    expect(await kalends.disconnect(connections[0] ?? "", { disposition: "keep" })).toMatchObject({ provider: "told" });
    expect(emails.map(watching)).toEqual([0, 2]);
    await kalends.provisioning.replaceUser(users[1]?.accountId ?? "", users[1]?.version ?? 0, { userName: emails[1] ?? "", active: false, attributes: "{}" });
    expect(emails.map(watching)).toEqual([0, 0]);
  } finally {
    await close();
    await sandbox.close();
  }
}, 60_000);
