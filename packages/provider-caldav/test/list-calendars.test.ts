import { Secret } from "@kalends/model";
import { fakeClock, seededRandom } from "@kalends/testing";
import { describe, expect, test } from "vitest";
import { caldavProvider } from "../src/index.ts";
import { multistatus, resource, scriptedTransport, withStatus, type ScriptedAnswer } from "./scripted-transport.ts";

const access = { endpoint: { homes: "https://cal.example/h/", addresses: "" }, credential: { kind: "password" as const, username: "alice", password: new Secret("pw") } };
const home = resource("/h/", "<d:resourcetype><d:collection/></d:resourcetype>");
const type = (more = ""): string => `<d:resourcetype><d:collection/><c:calendar/>${more}</d:resourcetype>`;
const components = (...names: string[]): string => `<c:supported-calendar-component-set>${names.map((name) => `<c:comp name="${name}"/>`).join("")}</c:supported-calendar-component-set>`;
const privileges = (...names: string[]): string => `<d:current-user-privilege-set>${names.map((name) => `<d:privilege><d:${name}/></d:privilege>`).join("")}</d:current-user-privilege-set>`;

function adapter(answer: ScriptedAnswer) {
  const { transport, requests } = scriptedTransport(() => answer);
  return { ...caldavProvider({ transport, clock: fakeClock(), random: seededRandom(1) }), requests };
}

async function list(answer: ScriptedAnswer) {
  return await adapter(answer).listCalendars(access);
}

describe("the calendar list", () => {
  test("quirks 29 and 32: keeps calendars of events and leaves everything else out", async () => {
    const calendars = await list(
      multistatus(
        home,
        resource("/h/events/", type() + components("VEVENT", "VTODO")),
        resource("/h/any/", type()),
        resource("/h/tasks/", type() + components("VTODO")),
        resource("/h/inbox/", type("<c:schedule-inbox/>")),
        resource("/h/outbox/", "<d:resourcetype><d:collection/><c:schedule-outbox/></d:resourcetype>"),
        resource("/h/feed/", type("<s:subscribed/>")),
        resource("/h/trash/", `${type()}<n:deleted-at xmlns:n="http://nextcloud.com/ns">2026-01-01T00:00:00Z</n:deleted-at>`),
        resource("/h/colleague/", type() + privileges("read-free-busy")),
        withStatus("/h/foreign/", 403),
        resource("https://inner.proxy:8080/h/events/", type()),
      ),
    );
    expect(calendars.map((calendar) => calendar.remoteKey)).toEqual(["/h/events/", "/h/any/"]);
  });

  test("quirk 32: subscriptions are listed as such, with the address of the feed, and are never calendars", async () => {
    const source = (text: string): string => `<s:source>${text}</s:source>`;
    const answer = multistatus(
      home,
      resource("/h/events/", type() + source("<d:href>https://feeds.example/not-subscribed.ics</d:href>")),
      resource("/h/holidays/", `${type("<s:subscribed/>")}<d:displayname>Holidays</d:displayname>${source("<d:href>webcal://feeds.example/a.ics?key=1&amp;b=2</d:href>")}`),
      // Nextcloud: no calendar by type.
      resource("/h/moon/", `<d:resourcetype><d:collection/><s:subscribed/></d:resourcetype>${source(" https://feeds.example/moon.ics ")}`),
      resource("/h/untold/", type("<s:subscribed/>")),
      resource("/h/odd/", type("<s:subscribed/>") + source("<d:href>file:///etc/passwd</d:href>")),
      resource("/h/broken/", type("<s:subscribed/>") + source("<d:href>https://[feeds/a.ics</d:href>")),
      resource("/h/trashed/", `${type("<s:subscribed/>")}<n:deleted-at xmlns:n="http://nextcloud.com/ns">2026-01-01T00:00:00Z</n:deleted-at>`),
    );
    const provider = adapter(answer);
    const found = (await provider.listSubscriptions?.(access)) ?? [];
    expect(found.map(({ remoteKey, name, source: secret }) => [remoteKey, name, secret?.reveal() ?? null])).toEqual([
      ["/h/holidays/", "Holidays", "webcal://feeds.example/a.ics?key=1&b=2"],
      ["/h/moon/", "moon", "https://feeds.example/moon.ics"],
      ["/h/untold/", "untold", null],
      ["/h/odd/", "odd", null],
      ["/h/broken/", "broken", null],
    ]);
    expect(JSON.stringify(found)).not.toContain("feeds.example");
    expect(provider.requests[0]?.text).toMatch(/<s:source\/>/);
    expect((await list(answer)).map(({ remoteKey }) => remoteKey)).toEqual(["/h/events/"]);
    await expect(adapter(multistatus(home, withStatus("/h/a/", 500))).listSubscriptions?.(access)).rejects.toMatchObject({ code: "server-error" });
  });

  test("quirk 29: reads name, colour, zone and rights as the server tells them", async () => {
    const zone = "<c:calendar-timezone>BEGIN:VCALENDAR&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:Europe/Berlin&#13;\nEND:VTIMEZONE&#13;\nEND:VCALENDAR</c:calendar-timezone>";
    const color = '<a:calendar-color xmlns:a="http://apple.com/ns/ical/">#FF2968FF</a:calendar-color>';
    const reports = "<d:supported-report-set><d:supported-report><d:report><c:sync-collection/></d:report></d:supported-report></d:supported-report-set>";
    const [full, bare] = await list(
      multistatus(home, resource("/h/a%20b/", `${type()}<d:displayname> 1.50 </d:displayname>${zone}${color}${reports}${privileges("read", "read-acl")}`), resource("/h/%c3%bc/", type() + privileges("read", "bind"))),
    );
    expect(full).toEqual({ remoteKey: "/h/a%20b/", name: " 1.50 ", color: "#ff2968", timeZone: "Europe/Berlin", readOnly: true, hints: { sync: "yes" } });
    expect(bare).toEqual({ remoteKey: "/h/%C3%BC/", name: "ü", color: null, timeZone: null, readOnly: false, hints: { sync: "unknown", href: "/h/%c3%bc/" } });
  });

  test("quirk 34: a name that the server escaped twice is read as it was typed", async () => {
    const [calendar] = await list(multistatus(home, resource("/h/a/", `${type()}<d:displayname>A &amp;amp; B</d:displayname>`)));
    expect(calendar?.name).toBe("A & B");
  });

  test.each<[string, ScriptedAnswer, string]>([
    ["an answer that names nothing", multistatus(), "answer-invalid"],
    ["a home that is not there", multistatus(withStatus("/h/", 404)), "caldav-not-found"],
    ["a fault on one calendar", multistatus(home, withStatus("/h/a/", 500)), "server-error"],
    ["a type that could not be told", multistatus(home, `<d:response><d:href>/h/a/</d:href><d:propstat><d:prop><d:resourcetype/></d:prop><d:status>HTTP/1.1 503 Busy</d:status></d:propstat></d:response>`), "rate-limited"],
    ["an answer that stops in the middle", { status: 207, body: multistatus(home, resource("/h/a/", type())).body?.slice(0, -30) ?? "" }, "response-incomplete"],
    ["a login page", { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } }, "not-calendar-data"],
    ["a throttle", { status: 429 }, "rate-limited"],
  ])("%s is never a list without calendars", async (_, answer, code) => {
    await expect(list(answer)).rejects.toMatchObject({ code });
  });
});
