import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { movableClock, startCaldavSandbox, type CaldavSandbox } from "../src/index.ts";
import { dav } from "./caldav-client.ts";

let sandbox: CaldavSandbox;

beforeAll(async () => {
  sandbox = await startCaldavSandbox({
    clock: movableClock(),
    users: [
      { name: "ada", password: "pw", displayName: "Ada & Co", email: "ada@example.test" },
      { name: "bo@x.test", password: "p:w" },
    ],
  });
});
afterAll(() => sandbox.close());

const propfind = (props: string): string =>
  `<a:propfind xmlns:a="DAV:" xmlns:b="urn:ietf:params:xml:ns:caldav"><a:prop>${props}</a:prop></a:propfind>`;

describe("discovery", () => {
  test("well-known redirects, OPTIONS names calendar-access, and neither asks for a login", async () => {
    const wellKnown = await dav(`${sandbox.url}.well-known/caldav`, "PROPFIND", { login: null });
    expect([wellKnown.status, wellKnown.headers.get("location")]).toEqual([301, "/dav/"]);
    const options = await dav(`${sandbox.url}dav/`, "OPTIONS", { login: null });
    expect(options.headers.get("dav")).toContain("calendar-access");
  });

  test("leads from the root to the principal, the home and the calendar", async () => {
    const root = await dav(sandbox.url, "PROPFIND", { depth: "0", body: propfind("<a:current-user-principal/>") });
    expect(root.status).toBe(207);
    expect(root.text).toContain("<D:current-user-principal><D:href>/dav/principals/ada/</D:href></D:current-user-principal>");
    const principal = await dav(`${sandbox.url}dav/principals/ada/`, "PROPFIND", {
      depth: "0",
      body: propfind("<b:calendar-home-set/><b:calendar-user-address-set/><a:displayname/>"),
    });
    expect(principal.text).toContain("<C:calendar-home-set><D:href>/dav/calendars/ada/</D:href>");
    expect(principal.text).toContain("mailto:ada@example.test");
    expect(principal.text).toContain("<D:displayname>Ada &amp; Co</D:displayname>");
    const home = await dav(`${sandbox.url}dav/calendars/ada/`, "PROPFIND", {
      depth: "1",
      body: propfind("<a:resourcetype/><b:supported-calendar-component-set/><a:sync-token/><a:supported-report-set/><a:nonsense/>"),
    });
    expect(home.text).toContain("<D:href>/dav/calendars/ada/work/</D:href>");
    expect(home.text).toContain("<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>");
    expect(home.text).toContain('<C:comp name="VEVENT"/>');
    expect(home.text).toMatch(/<D:propstat><D:prop>[^]*<D:nonsense\/><\/D:prop><D:status>HTTP\/1.1 404 Not Found<\/D:status>/);
  });

  test("asks for a login, knows a wrong password, and keeps users apart", async () => {
    const none = await dav(sandbox.url, "PROPFIND", { login: null });
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("Basic ")]);
    expect((await dav(sandbox.url, "PROPFIND", { login: "ada:wrong" })).status).toBe(401);
    expect((await dav(sandbox.url, "PROPFIND", { login: "nobody:pw" })).status).toBe(401);
    expect((await dav(sandbox.user("bo@x.test").homeUrl, "PROPFIND", { depth: "1" })).status).toBe(403);
    const own = await dav(sandbox.user("bo@x.test").homeUrl, "PROPFIND", { depth: "1", login: "bo@x.test:p:w" });
    expect(own.status).toBe(207);
    expect((await dav(`${sandbox.url}dav/calendars/ada/nowhere/`, "PROPFIND", { depth: "0" })).status).toBe(404);
  });

  test("propname, allprop and broken XML", async () => {
    const names = await dav(sandbox.user("ada").calendar("work").url, "PROPFIND", {
      depth: "0",
      body: '<propfind xmlns="DAV:"><propname/></propfind>',
    });
    expect(names.text).toContain("<CS:getctag/>");
    expect(names.text).not.toContain("<CS:getctag>");
    expect((await dav(sandbox.url, "PROPFIND", { depth: "0" })).text).toContain("<D:resourcetype><D:collection/></D:resourcetype>");
    expect((await dav(sandbox.url, "PROPFIND", { depth: "0", body: '<propfind xmlns="DAV:"><prop>' })).status).toBe(400);
    expect((await dav(sandbox.url, "PROPFIND", { depth: "0", body: '<!DOCTYPE x><propfind xmlns="DAV:"/>' })).status).toBe(400);
  });
});

describe("calendars as collections", () => {
  test("are made, renamed and deleted by clients", async () => {
    const url = `${sandbox.url}dav/calendars/ada/caf%C3%A9/`;
    const body =
      '<C:mkcalendar xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:set><D:prop>' +
      "<D:displayname>Café</D:displayname></D:prop></D:set></C:mkcalendar>";
    expect((await dav(url, "MKCALENDAR", { body })).status).toBe(201);
    expect((await dav(url, "MKCALENDAR")).status).toBe(405);
    expect(sandbox.user("ada").calendar("café").displayName).toBe("Café");
    const patch = (inner: string): string => `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>${inner}</D:prop></D:set></D:propertyupdate>`;
    expect((await dav(url, "PROPPATCH", { body: patch("<D:displayname>Bistro</D:displayname>") })).text).toContain("200 OK");
    expect(sandbox.user("ada").calendar("café").displayName).toBe("Bistro");
    const mixed = await dav(url, "PROPPATCH", { body: patch("<D:displayname>No</D:displayname><D:getetag>1</D:getetag>") });
    expect(mixed.text).toMatch(/424 Failed Dependency[^]*403 Forbidden/);
    expect(sandbox.user("ada").calendar("café").displayName).toBe("Bistro");
    expect((await dav(url, "DELETE")).status).toBe(204);
    expect((await dav(url, "PROPFIND", { depth: "0" })).status).toBe(404);
  });

  test("the in-process hand makes, renames and deletes; clients see it, and the ctag moves", async () => {
    const calendar = sandbox.user("ada").createCalendar("side", { displayName: "Side", color: "#112233" });
    const ask = (): Promise<{ text: string }> =>
      dav(calendar.url, "PROPFIND", {
        depth: "0",
        body:
          '<propfind xmlns="DAV:"><prop><displayname/><getctag xmlns="http://calendarserver.org/ns/"/>' +
          '<calendar-color xmlns="http://apple.com/ns/ical/"/></prop></propfind>',
      });
    const before = (await ask()).text;
    expect(before).toContain("<A:calendar-color>#112233</A:calendar-color>");
    calendar.rename("Other");
    const after = (await ask()).text;
    expect(after).toContain("<D:displayname>Other</D:displayname>");
    expect(/getctag>(.*?)</.exec(after)?.[1]).not.toBe(/getctag>(.*?)</.exec(before)?.[1]);
    sandbox.user("ada").deleteCalendar("side");
    expect((await dav(calendar.url, "PROPFIND", { depth: "0" })).status).toBe(404);
    expect(() => sandbox.user("ada").calendar("side")).toThrowError(expect.objectContaining({ code: "not-found" }));
  });
});
