import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Secret, type CalendarObject, type ProviderAccess } from "@kalends/model";
import { caldavProvider } from "@kalends/provider-caldav";
import { startCaldavSandbox } from "@kalends/sandbox";
import { hastyClock, startFaultProxy, type Fault } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { createKalends, systemClock, systemRandom, type Kalends } from "kalends";
import { describe, expect, test } from "vitest";
import { openKalends, testKey } from "./open-kalends.ts";

const ours = "7b5f9a52-0c2d-4b4b-9a53-1d0c5a1f2b77";

/** A server that shows an item nowhere yet: in no listing, in no multiget, not by its name. */
function hides(name: string): Fault {
  return {
    name: "written and not shown yet",
    concerns: ({ method }) => ["PROPFIND", "REPORT", "GET"].includes(method),
    spoil: async ({ request, answer }) => {
      const told = await answer();
      if (request.method === "GET") return request.path.includes(name) ? { status: 404, headers: {}, body: Buffer.alloc(0) } : null;
      const text = told.body.toString("utf8");
      const shown = text.replace(new RegExp(`<D:response><D:href>[^<]*${name}[^<]*</D:href>(?:(?!</D:response>)[^])*</D:response>`, "g"), "");
      return shown === text ? null : { ...told, body: Buffer.from(shown) };
    },
  };
}

/** An hour, five days from now. */
function meeting(uid: string): CalendarObject {
  const at = (hours: number) => ({ kind: "utc" as const, value: `${new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)}T${hours}:00:00` });
  const event = { uid, start: at(10), end: at(11), status: "confirmed" as const, transparent: false, visibility: "public" as const, content: { title: uid } };
  return { remoteKey: "", revision: null, uid, events: [event] };
}

describe("quirk 28 over a restart: what one process wrote and the server shows late", () => {
  test.each([true, false])("is neither lost nor doubled, with sync-collection (%s) or by listings alone", async (syncCollection) => {
    const clock = hastyClock(systemClock, 20);
    const sandbox = await startCaldavSandbox({ clock, users: [{ name: "ada", password: "pw" }], features: { syncCollection } });
    const work = sandbox.user("ada").calendar("work");
    for (const uid of ["other-1", "other-2"]) work.put(uid, meeting(uid));
    const proxy = await startFaultProxy({ target: sandbox.url });
    const transport = createTransport({ clock: systemClock, allowHosts: [proxy.host] });
    // A new adapter knows nothing of the one before, as in a new process.
    const adapter = () => caldavProvider({ transport, clock, random: systemRandom });
    const opened = await openKalends({ providers: [adapter()], clock, allowHosts: [proxy.host] });
    let { kalends } = opened;
    const restart = async (): Promise<Kalends> => {
      await kalends.close();
      return (kalends = await createKalends({ database: opened.path, key: testKey, providers: [adapter()], clock, settings: { confirmAfterMs: 10, retryFirstMs: 50 } }));
    };
    try {
      const account = await kalends.createAccount({ timeZone: "UTC" });
      const { connection, calendars: [calendar] } = await kalends.connectCaldav({ accountId: account.id, address: proxy.url, username: "ada", password: "pw" });
      const id = calendar?.id ?? "";
      const sync = async (fresh = false): Promise<unknown> => {
        const { ok, created, updated, removed, error } = await kalends.syncCalendar(id, { fresh });
        return { ok, created, updated, removed, error };
      };
      const still = { ok: true, created: 0, updated: 0, removed: 0, error: null };
      expect(await sync()).toEqual({ ...still, created: 2 });

      proxy.use(hides(ours));
      const [stored] = await kalends.listCalendars({ connectionId: connection.id });
      const access: ProviderAccess = { endpoint: connection.endpoint, credential: { kind: "password", username: "ada", password: new Secret("pw") } };
      const where = { remoteKey: stored?.remoteKey ?? "", hints: stored?.hints ?? {} };
      const create = () => adapter().putObject?.(access, { calendar: where, target: null, object: meeting(ours), notify: false });
      const made = await create();
      expect(work.names()).toHaveLength(3);
      // The next process sees neither the item nor a reason to take anything away, whichever way it looks.
      await restart();
      expect(await sync()).toEqual(still);
      expect(await sync(true)).toEqual(still);
      // A creation that is repeated because nobody knows whether it was done makes no second item.
      await create()?.catch((thrown: unknown) => expect(thrown).toMatchObject({ code: "already-exists" }));
      expect(work.names()).toHaveLength(3);

      clock.skip(6 * 60_000);
      proxy.clear();
      await restart();
      const first = await sync();
      // A token that was handed out while the item was hidden may never name it; the daily listing does.
      clock.skip(25 * 3_600_000);
      const second = await sync();
      expect([first, second]).toContainEqual({ ...still, created: 1 });
      expect([first, second]).toContainEqual(still);
      expect(await create()).toMatchObject({ remoteKey: made?.remoteKey, asWritten: true });
      await restart();
      expect(await sync(true)).toEqual(still);
      const changes = (await kalends.changes(0, 1_000)).filter(({ uid }) => uid === ours);
      expect(changes.map(({ kind }) => kind)).toEqual(["object-created"]);
      expect((await kalends.changes(0, 1_000)).filter(({ kind }) => kind.endsWith("removed"))).toEqual([]);
    } finally {
      await kalends.close();
      await transport.close();
      await proxy.close();
      await sandbox.close();
      await rm(dirname(opened.path), { recursive: true, force: true });
    }
  });
});
