import { createHash } from "node:crypto";
import { startCaldavSandbox } from "@kalends/sandbox";
import { startFaultProxy, startPostgres, type Fault } from "@kalends/testing";
import { createKalends, systemClock, type KalendsOptions } from "kalends";
import { expect, test } from "vitest";
import { testKey } from "./open-kalends.ts";

/** Text that no compression makes shorter. */
function odd(length: number): string {
  let text = "";
  for (let part = 0; text.length < length; part += 1) text += createHash("sha512").update(String(part)).digest("hex");
  return text.slice(0, length);
}

function event(uid: string): string {
  const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", `DTSTART:${day}T090000Z`, `DTEND:${day}T100000Z`, "SUMMARY:x", "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
}

/** The server lists an item under a name of 64 KB. */
const longName: Fault = {
  name: "a long name",
  concerns: ({ method }) => method === "PROPFIND" || method === "REPORT",
  spoil: async ({ answer }) => {
    const told = await answer();
    const text = told.body.toString("utf8");
    const changed = text.replaceAll("named.ics</D:href>", `${odd(65_536)}.ics</D:href>`);
    return changed === text ? null : { ...told, body: Buffer.from(changed) };
  },
};

async function setsAside(options: KalendsOptions): Promise<void> {
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "ada", password: "pw" }] });
  const proxy = await startFaultProxy({ target: sandbox.url });
  const kalends = await createKalends({ ...options, key: testKey, allowHosts: [proxy.host] });
  try {
    const work = sandbox.user("ada").calendar("work");
    work.put("good", event("good"));
    work.put("named", event("named"));
    work.put("lengthy", event(odd(5_000)), { fileName: "lengthy.ics" });
    const account = await kalends.createAccount({ timeZone: "UTC" });
    const { calendars: [calendar] } = await kalends.connectCaldav({ accountId: account.id, address: proxy.url, username: "ada", password: "pw" });
    const id = calendar?.id ?? "";
    proxy.use(longName);
    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, error: null, created: 1, quarantined: 2 });
    work.put("later", event("later"));
    expect(await kalends.syncCalendar(id)).toMatchObject({ ok: true, error: null, created: 1, removed: 0 });
    const aside = await kalends.quarantined(id);
    expect(aside.map(({ code }) => code).sort()).toEqual(["object-invalid", "object-missing"]);
    for (const { remoteKey, reason } of aside) expect(remoteKey.length + reason.length).toBeLessThan(2_000);
    // What has a usable name again comes back.
    proxy.clear();
    work.put("lengthy", event("short"), { fileName: "lengthy.ics" });
    expect(await kalends.syncCalendar(id, { fresh: true })).toMatchObject({ ok: true, created: 2, removed: 0, quarantined: 0 });
  } finally {
    await kalends.close();
    await proxy.close();
    await sandbox.close();
  }
}

test("names and UIDs that no index holds are set aside, and the calendar goes on: SQLite", async () => {
  await setsAside({ database: ":memory:" });
});

test("names and UIDs that no index holds are set aside, and the calendar goes on: PostgreSQL", async (context) => {
  const server = await startPostgres(context);
  try {
    await setsAside({ database: await server.createDatabase(), postgres: { allowUnsafeRole: true } });
  } finally {
    await server.stop();
  }
});
