import { expect, test } from "vitest";
import { fakeClock } from "@kalends/testing";
import { Secret } from "kalends";
import { openKalends } from "./open-kalends.ts";
import { startCheckedGoogle } from "./checked-google.ts";

const [ada, bob] = ["ada@corp.example", "bob@corp.example"];
const scope = "https://www.googleapis.com/auth/calendar";
const [from, to] = ["2026-03-01T00:00:00Z", "2026-04-10T00:00:00Z"];

test("a calendar that two accounts share: the role of one falls from writer to reader of busy times to none, and only that one sees less", async () => {
  const clock = fakeClock("2026-03-01T08:00:00Z");
  const sleeping = { now: clock.now, setTimer: clock.setTimer, sleep: (ms: number) => clock.advance(ms) };
  const sandbox = await startCheckedGoogle({ clock, users: [ada, bob].map((email) => ({ email })), quota: { perUser: 1e6, perProject: 1e6 } });
  const google = { clientId: "sandbox-client", clientSecret: "sandbox-secret", apiRoot: sandbox.endpoints.rootUrl };
  const { kalends, close } = await openKalends({ clock: sleeping, allowHosts: [sandbox.allowHost], google });
  try {
    const team = sandbox.user(bob).createCalendar("team@group.calendar.google.com", { summary: "Team" });
    for (let day = 1; day <= 30; day += 1) {
      const date = `2026-03-${String(day).padStart(2, "0")}`;
      team.insert({ summary: `Secret ${day}`, start: { dateTime: `${date}T09:00:00Z` }, end: { dateTime: `${date}T10:00:00Z` } });
    }
    sandbox.user(ada).share(team, "writer");
    const accounts: Record<string, string> = {};
    const connections: Record<string, string> = {};
    for (const email of [ada, bob]) {
      const account = await kalends.createAccount({ timeZone: "UTC" });
      const accessToken = new Secret(sandbox.user(email).grant([scope]).accessToken);
      const { connection } = await kalends.connect({ accountId: account.id, provider: "google", address: email, credential: { kind: "oauth", accessToken, refreshToken: null, expiresAt: null, scopes: [scope] } });
      accounts[email] = account.id;
      connections[email] = connection.id;
    }
    const look = async (email: string): Promise<{ titles: number; busy: number }> => {
      const accountId = accounts[email] ?? "";
      const calendars = await kalends.listCalendars({ accountId });
      const lists = await Promise.all(calendars.map(({ id }) => kalends.occurrences({ calendarId: id, from, to })));
      const busy = await kalends.freeBusy({ accounts: [accountId], from, to, whenStale: "ignore" });
      return { titles: lists.flatMap(({ occurrences }) => occurrences).filter((one) => JSON.stringify(one).includes("Secret")).length, busy: busy.accounts[0]?.periods.length ?? 0 };
    };
    const settle = async (): Promise<void> => {
      await kalends.refreshCalendars(connections[ada] ?? "");
      expect(await kalends.sync()).toMatchObject({ ok: true });
    };
    await settle();
    expect([await look(ada), await look(bob)]).toEqual([{ titles: 30, busy: 30 }, { titles: 30, busy: 30 }]);

    sandbox.user(ada).share(team, "freeBusyReader");
    await clock.advance(60_000);
    await settle();
    expect([await look(ada), await look(bob)]).toEqual([{ titles: 0, busy: 30 }, { titles: 30, busy: 30 }]);

    sandbox.user(ada).share(team, "writer");
    await clock.advance(60_000);
    await settle();
    expect(await look(ada)).toEqual({ titles: 30, busy: 30 });

    sandbox.user(ada).share(team, null);
    await clock.advance(60_000);
    await settle();
    expect([await look(ada), await look(bob)]).toEqual([{ titles: 0, busy: 0 }, { titles: 30, busy: 30 }]);
    expect((await kalends.listCalendars()).filter(({ name }) => name === "Team")).toHaveLength(1);
  } finally {
    await close();
    await sandbox.close();
  }
}, 60_000);
