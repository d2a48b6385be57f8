import { Secret, type ConnectRequest, type HttpRequest } from "@kalends/model";
import { fakeClock, seededRandom } from "@kalends/testing";
import { describe, expect, test } from "vitest";
import { caldavProvider, presetForDomain, type ServiceResolver } from "../src/index.ts";
import { mayReceiveLogin } from "../src/login-site.ts";
import { readTypedAddress } from "../src/typed-address.ts";
import { multistatus, notFound, resource, scriptedTransport, type Script } from "./scripted-transport.ts";

const credential = { kind: "password" as const, username: "alice", password: new Secret("päss") };
const calendarType = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";

function connect(script: Script, request: Partial<ConnectRequest>, resolver?: ServiceResolver) {
  const { transport, requests } = scriptedTransport(script);
  const provider = caldavProvider({ transport, clock: fakeClock(), random: seededRandom(1), ...(resolver === undefined ? {} : { resolver }) });
  const answer = provider.connect?.({ address: "cal.example", credential, ...request });
  if (answer === undefined) throw new Error("The adapter has no connect");
  return { answer, requests };
}

/** A whole service at `origin`: principal, home, one calendar. */
function service(origin: string, homeOrigin = ""): Script {
  return ({ url, headers }) => {
    const { origin: asked, pathname } = new URL(url);
    if (asked !== origin && asked !== homeOrigin) return notFound;
    if (pathname === "/dav/") return multistatus(resource("/dav/", "<d:current-user-principal><d:href>/p/alice/</d:href></d:current-user-principal>"));
    if (pathname === "/p/alice/") {
      const addresses = "<c:calendar-user-address-set><d:href>mailto:Alice@Example.org</d:href><d:href>/p/alice/</d:href></c:calendar-user-address-set>";
      return multistatus(resource("/p/alice/", `<c:calendar-home-set><d:href>${homeOrigin}/cal/alice/</d:href></c:calendar-home-set>${addresses}`));
    }
    if (pathname === "/cal/alice/" && headers?.["depth"] === "1") {
      const work = resource("/cal/alice/work/", `${calendarType}<d:displayname>1e5</d:displayname>`);
      return multistatus(resource("/cal/alice/", "<d:resourcetype><d:collection/></d:resourcetype>"), work);
    }
    return notFound;
  };
}

const leaked = (requests: HttpRequest[], origin: string): boolean =>
  requests.some((request) => new URL(request.url).origin === origin && request.authorization !== undefined);

describe("discovery", () => {
  test("from a bare host by well-known, with own addresses and names as they are", async () => {
    const inner = service("https://cal.example");
    const redirected = { status: 401, url: "https://cal.example/dav/" };
    const { answer, requests } = connect((request) => (request.url.endsWith("/.well-known/caldav") ? redirected : inner(request)), {});
    const login = await answer;
    expect(login.calendars).toMatchObject([{ remoteKey: "/cal/alice/work/", name: "1e5", readOnly: false, hints: { sync: "unknown" } }]);
    expect(login).toMatchObject({ remoteIdentity: "https://cal.example/p/alice/", label: "alice on cal.example", endpoint: { addresses: "alice@example.org" } });
    expect(requests[0]?.authorization).toBeUndefined();
    expect(Buffer.from((requests.at(-1)?.authorization?.reveal() ?? "").slice(6), "base64").toString("utf8")).toBe("alice:päss");
  });

  test("quirk 23: no CalDAV there: every step is named", async () => {
    const { answer } = connect(() => notFound, { address: "https://www.example.org/start" });
    await expect(answer).rejects.toMatchObject({ code: "caldav-not-found", message: expect.stringMatching(/as typed.*well-known.*root/) as string });
  });

  test("a login page with status 200 is not calendar data", async () => {
    const { answer } = connect(() => ({ status: 200, body: "<html>Log in</html>", headers: { "content-type": "text/html" } }), { address: "https://cal.example/x/" });
    await expect(answer).rejects.toMatchObject({ code: "not-calendar-data" });
  });

  test("quirk 24: a server behind a proxy that calls itself by http and its inner port is asked where it was found", async () => {
    const { answer, requests } = connect(service("https://cal.example", "http://cal.example:8080"), { address: "https://cal.example/dav/" });
    expect((await answer).endpoint["homes"]).toBe("https://cal.example/cal/alice/");
    expect(leaked(requests, "http://cal.example:8080")).toBe(false);
  });

  test("a typed calendar that lies in the home is found there, and not kept a second time", async () => {
    const inner = service("https://cal.example");
    const typed = resource("/cal/alice/work/", `${calendarType}<d:current-user-principal><d:href>/p/alice/</d:href></d:current-user-principal>`);
    const script: Script = (request) => (request.url.endsWith("/work/") ? multistatus(typed) : inner(request));
    const { endpoint, calendars } = await connect(script, { address: "https://cal.example/cal/alice/work/" }).answer;
    expect([endpoint["homes"], endpoint["calendars"], calendars.length]).toEqual(["https://cal.example/cal/alice/", "", 1]);
  });

  test("quirk 25: the first 401 counts, whatever later steps say", async () => {
    const address = "https://cal.example/dav/";
    const { answer } = connect(({ url }) => (url === address ? { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } } : notFound), { address });
    await expect(answer).rejects.toMatchObject({ code: "auth-failed" });
  });

  test("quirk 26: a server that offers nothing that we speak is auth-unsupported; Basic among others is fine", async () => {
    const challenge = (header: string) => connect(() => ({ status: 401, headers: { "www-authenticate": header } }), {}).answer;
    await expect(challenge("NTLM, Negotiate abc==")).rejects.toMatchObject({ code: "auth-unsupported" });
    await expect(challenge('Digest realm="r", nonce="n", Basic realm="r"')).rejects.toMatchObject({ code: "auth-failed" });
    // Bodies are not signed: a server that insists on it is told of, not answered wrongly.
    await expect(challenge('Digest realm="r", nonce="n", qop="auth-int"')).rejects.toMatchObject({ code: "auth-unsupported" });
    await expect(challenge("Negotiate")).rejects.toMatchObject({ code: "auth-unsupported" });
  });

  test("quirk 26: iCloud: preset by mail domain, shard host, app-specific password", async () => {
    const inner = service("https://caldav.icloud.com", "https://p42-caldav.icloud.com");
    const root: Script = (request) => inner({ ...request, url: request.url === "https://caldav.icloud.com/" ? "https://caldav.icloud.com/dav/" : request.url });
    const { answer, requests } = connect(root, { address: "alice@icloud.com" });
    expect(await answer).toMatchObject({ endpoint: { preset: "icloud", homes: "https://p42-caldav.icloud.com/cal/alice/" }, calendars: [{ remoteKey: "/cal/alice/work/" }] });
    expect(requests.every((request) => request.trustedSites?.includes("icloud.com") === true)).toBe(true);
    const refused = connect(() => ({ status: 401, headers: { "www-authenticate": 'X-MobileMe-AuthToken realm="x", Basic realm="x"' } }), { address: "alice@icloud.com" });
    await expect(refused.answer).rejects.toMatchObject({ code: "app-password-needed", remedy: expect.stringContaining("app-specific") as string });
  });

  test("quirk 24: a home on a foreign site never gets the login", async () => {
    const { answer, requests } = connect(service("https://cal.example", "https://thief.example"), { address: "https://cal.example/dav/" });
    await expect(answer).rejects.toMatchObject({ code: "redirect-refused", remedy: expect.stringContaining("thief.example") as string });
    expect(leaked(requests, "https://thief.example")).toBe(false);
  });

  test("quirk 24: a well-known that leads to a foreign site is named, not followed with the login", async () => {
    const { answer, requests } = connect(({ url }) => (url.includes("well-known") ? { status: 401, url: "https://other.example/dav/" } : notFound), {});
    await expect(answer).rejects.toMatchObject({ code: "redirect-refused", remedy: expect.stringContaining("other.example") as string });
    expect(leaked(requests, "https://other.example")).toBe(false);
  });

  test("quirk 24: two sites of one host that send each other the request are left after a few", async () => {
    const [one, two] = ["https://cal.example:1/", "https://cal.example:2/"];
    const { answer, requests } = connect(({ url }) => ({ status: 401, url: url.startsWith(one) ? url.replace(one, two) : url.replace(two, one) }), { address: `${one}dav/` });
    await expect(answer).rejects.toMatchObject({ code: "redirect-refused" });
    expect(requests.length).toBeLessThan(60);
  });

  test("quirk 23: DNS names the service", async () => {
    const resolver: ServiceResolver = async (domain) => (domain === "example.org" ? [{ origin: "https://cal.example.org", path: "/dav/" }] : []);
    const { answer } = connect(service("https://cal.example.org"), { address: "alice@example.org" }, resolver);
    expect((await answer).calendars).toHaveLength(1);
  });

  test("quirk 24: a service of another site that DNS names is named to the user, and never gets the login", async () => {
    const resolver: ServiceResolver = async () => [{ origin: "https://thief.example", path: "/dav/" }];
    const { answer, requests } = connect(service("https://thief.example"), { address: "alice@example.org" }, resolver);
    await expect(answer).rejects.toMatchObject({ code: "redirect-refused", remedy: expect.stringContaining("thief.example") as string });
    expect(requests.some(({ url }) => url.includes("thief.example"))).toBe(false);
  });

  test("quirk 23: a principal that is nobody (Cyrus, 207) is a refused login, not a place without calendars", async () => {
    const nobody = multistatus(resource("/dav/", "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>"));
    const { answer } = connect(({ url }) => (url.endsWith("/dav/") ? nobody : notFound), { address: "https://cal.example/dav/" });
    await expect(answer).rejects.toMatchObject({ code: "auth-failed" });
  });

  test("quirk 23: a calendar's own address is enough, without principal or home", async () => {
    const calendar = multistatus(resource("/x/cal/", `${calendarType}<d:displayname>Mine</d:displayname>`));
    const address = "https://cal.example/x/cal/";
    const { answer } = connect(({ url }) => (url === address ? calendar : notFound), { address });
    expect((await answer).calendars).toMatchObject([{ remoteKey: "/x/cal/", name: "Mine" }]);
  });

  test("quirk 23: a home without principals is accepted where it holds a calendar", async () => {
    const home = [resource("/h/", "<d:resourcetype><d:collection/></d:resourcetype>"), resource("/h/c/", calendarType)];
    const address = "https://cal.example/h/";
    const script: Script = ({ url, headers }) => (url === address ? multistatus(...(headers?.["depth"] === "1" ? home : home.slice(0, 1))) : notFound);
    const { answer } = connect(script, { address });
    expect((await answer).calendars).toMatchObject([{ remoteKey: "/h/c/", name: "c" }]);
  });

  test.each([
    ["Nextcloud", "/remote.php/dav/"],
    ["SOGo", "/SOGo/dav/al%40ice/"],
    ["DAViCal", "/caldav.php/"],
    ["Zimbra", "/dav/al%40ice/"],
    ["Synology", "/caldav/al%40ice/"],
    ["Baikal", "/dav.php/"],
    ["Cyrus", "/dav/"],
  ])("quirk 23: %s is found at its usual place where nothing names it", async (name, place) => {
    const home = multistatus(resource(place, "<c:calendar-home-set><d:href>/remote.php/dav/calendars/x/</d:href></c:calendar-home-set>"));
    const list = multistatus(resource("/remote.php/dav/calendars/x/", "<d:resourcetype><d:collection/></d:resourcetype>"), resource("/remote.php/dav/calendars/x/c/", calendarType));
    const script: Script = ({ url }) => (url === `https://cal.example${place}` ? home : url.endsWith("/calendars/x/") ? list : notFound);
    const { answer, requests } = connect(script, { credential: { ...credential, username: "al@ice" } });
    expect(await answer).toMatchObject({ calendars: [{ remoteKey: "/remote.php/dav/calendars/x/c/" }], endpoint: { preset: "nextcloud" } });
    expect(requests.length, name).toBeLessThan(25);
  });

  test("quirk 23: a refused login, or a host that does not answer, is not tried at every known place", async () => {
    const refused = connect(({ url }) => (url.includes("well-known") ? notFound : { status: 401, headers: { "www-authenticate": "Basic" } }), {});
    await expect(refused.answer).rejects.toMatchObject({ code: "auth-failed" });
    expect(refused.requests.length).toBeLessThan(4);
  });

  test("quirk 26: presets know who takes app passwords, and who takes none", async () => {
    const refused = () => ({ status: 401, headers: { "www-authenticate": "Basic" } });
    for (const address of ["alice@fastmail.com", "alice@yahoo.de", "alice@zoho.com"]) await expect(connect(refused, { address }).answer).rejects.toMatchObject({ code: "app-password-needed", failure: "auth" });
    const google = connect(refused, { address: "alice@gmail.com" });
    await expect(google.answer).rejects.toMatchObject({ code: "auth-unsupported", remedy: expect.stringContaining("OAuth") as string });
    expect(google.requests).toEqual([]);
  });

  test("quirk 26: a token finds the place that holds the typed mail address; a page of the provider leads to its service", async () => {
    const google = connect(() => notFound, { address: "alice+x@gmail.com", credential: { kind: "oauth", accessToken: new Secret("t"), refreshToken: null, expiresAt: null, scopes: [] } });
    await expect(google.answer).rejects.toMatchObject({ code: "caldav-not-found" });
    expect(google.requests[0]?.url).toBe("https://apidata.googleusercontent.com/caldav/v2/alice%2Bx%40gmail.com/user");
    expect(google.requests.every(({ url }) => !url.includes("//user") && !url.includes("dav//"))).toBe(true);
    const inner = service("https://caldav.icloud.com");
    const root: Script = (request) => inner({ ...request, url: request.url === "https://caldav.icloud.com/" ? "https://caldav.icloud.com/dav/" : request.url });
    expect(await connect(root, { address: "https://www.icloud.com/calendar/", preset: "icloud" }).answer).toMatchObject({ calendars: [{ remoteKey: "/cal/alice/work/" }] });
  });

  test.each([
    ["https://p42-caldav.icloud.com/123/calendars/", "icloud"],
    ["https://www.icloud.com/calendar/", "icloud"],
    ["caldav.calendar.yahoo.com", "yahoo"],
    ["https://mail.zoho.com/", "zoho"],
    ["icloud.com.thief.example", null],
    ["https://noticloud.com/", null],
  ])("quirk 26: any host of a provider has its preset: %s", (address, preset) => {
    expect(presetForDomain(readTypedAddress(address).domain)?.name ?? null).toBe(preset);
  });

  test("a login inside the address, or no address, is refused before anything is sent", async () => {
    for (const address of ["https://alice:pw@cal.example/", "", "ftp://cal.example/"]) {
      const { answer, requests } = connect(() => notFound, { address });
      await expect(answer).rejects.toMatchObject({ code: "invalid-argument" });
      expect(requests).toEqual([]);
    }
  });

  test.each([
    ["https://cal.example.org", "https://example.org", true],
    ["https://example.org:8443", "https://example.org", true],
    ["http://example.org", "https://example.org", false],
    ["https://example.org.thief.net", "https://example.org", false],
    ["https://other.co.uk", "https://example.co.uk", false],
    ["https://127.0.0.1:8443", "http://127.0.0.1", false],
    ["https://evil.local", "https://local", false],
    ["https://p1-caldav.icloud.com", "https://caldav.icloud.com", true],
    ["https://p1-caldav.icloud.com", "https://example.org", false],
  ])("may %s have the login of %s: %s", (target, base, expected) => {
    expect(mayReceiveLogin(new URL(target), new URL(base), ["icloud.com"])).toBe(expected);
  });
});
