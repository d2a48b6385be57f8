import { expect, test } from "vitest";
import { Secret, systemClock } from "kalends";
import { openKalends } from "./open-kalends.ts";
import { startCheckedGoogle } from "./checked-google.ts";

const redirectUri = "http://127.0.0.1/callback";
const ada = "ada@example.test";

test("an account of which only busy times are needed: the smallest scopes are asked for, and no event is ever read", async () => {
  const sandbox = await startCheckedGoogle({ clock: systemClock, users: [{ email: ada }], clients: [{ id: "app", secret: "app-secret", redirectUris: [redirectUri] }] });
  const { rootUrl, authorizationUrl, tokenUrl, revocationUrl, issuer } = sandbox.endpoints;
  const opened = await openKalends({
    allowHosts: [sandbox.allowHost],
    google: { clientId: "app", clientSecret: "app-secret", apiRoot: rootUrl, addresses: { authorization: authorizationUrl, token: tokenUrl, revocation: revocationUrl, issuer } },
  });
  const { kalends } = opened;
  const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const at = (hour: number): { dateTime: string } => ({ dateTime: `${day}T${String(hour).padStart(2, "0")}:00:00Z` });
  try {
    const primary = sandbox.user(ada).calendar();
    primary.insert({ summary: "Title that nobody needs", location: "Place that nobody needs", start: at(9), end: at(10) });
    primary.insert({ summary: "Free", transparency: "transparent", start: at(12), end: at(13) });
    const account = await kalends.createAccount({ timeZone: "UTC" });
    const application = await kalends.applications.create({ name: "Booking", scopes: ["list_calendars", "read_free_busy"] });
    await kalends.applications.authorize({ applicationId: application.id, accountId: account.id, scopes: ["list_calendars", "read_free_busy"] });
    for (const { id, applicationId } of await kalends.applications.listAuthorizations({ accountId: account.id })) {
      if (applicationId !== application.id) await kalends.applications.endAuthorization(id, "the host needs nothing itself");
    }
    const { url, binding } = await kalends.beginConnect({ accountId: account.id, provider: "google", redirectUri });
    const asked = new URL(url).searchParams.get("scope")?.split(" ").map((scope) => scope.replace("https://www.googleapis.com/auth/", ""));
    expect(asked?.sort()).toEqual(["calendar.calendarlist.readonly", "calendar.freebusy", "openid"]);
    const query = new URL(sandbox.consent(url, { user: ada })).searchParams;
    const completed = await kalends.completeConnect({ answer: { state: query.get("state") ?? "", code: new Secret(query.get("code") ?? "") }, binding, provider: "google", redirectUri });
    expect(completed).toMatchObject({ ok: true });
    expect(await kalends.sync()).toMatchObject({ ok: true, calendars: [{ created: 1 }] });
    expect(await kalends.sync()).toMatchObject({ ok: true, calendars: [{ created: 0, updated: 0, removed: 0 }] });
    const from = `${day}T00:00:00Z`;
    const to = `${day}T23:59:00Z`;
    const answer = await kalends.freeBusy({ accounts: [account.id], from, to, whenStale: "fail" });
    expect(answer.accounts[0]?.periods).toEqual([{ kind: "busy", from: `${day}T09:00:00.000Z`, to: `${day}T10:00:00.000Z` }]);
    expect(sandbox.requests.filter(({ api }) => api?.startsWith("calendar.events") === true)).toEqual([]);
    expect(sandbox.requests.some(({ api }) => api === "calendar.freebusy.query")).toBe(true);
  } finally {
    await opened.close();
    await sandbox.close();
  }
}, 60_000);
