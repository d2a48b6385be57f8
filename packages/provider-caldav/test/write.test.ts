import { parseCalendar } from "@kalends/ical";
import type { CalendarEvent, CalendarObject, PullRequest } from "@kalends/model";
import { describe, expect, test } from "vitest";
import { readComponents, writeComponents } from "../src/write/component.ts";
import { withEnd } from "../src/write/with-end.ts";
import { multistatus, withStatus, type ScriptedAnswer } from "./scripted-transport.ts";
import { a, access, at, base, calendar, object, text, titled, utc, world } from "./write-world.ts";

describe("creating", () => {
  test("quirk 17: the name is the UID of letters, digits and dashes, fresh where the object has none", async () => {
    const { put, writes } = world({});
    const made = await put({ object: object() });
    expect(made.remoteKey).toMatch(/^\/h\/c\/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.ics$/);
    expect(made.stored.uid).toBe(made.remoteKey.slice(5, -4));
    const odd = await put({ object: object({}, "a:b/(c),d@e") });
    expect(odd.stored.uid).toBe("a:b/(c),d@e");
    expect(odd.remoteKey).toMatch(/^\/h\/c\/[0-9a-f-]{36}\.ics$/);
    expect(writes().map(({ headers }) => headers?.["if-none-match"])).toEqual(["*", "*"]);
  });

  test("quirk 12: a name that is taken is seen first, for some servers overwrite in spite of If-None-Match", async () => {
    const there = { "/h/c/taken-name-1.ics": { text: text("somebody-else"), etag: '"7"' } };
    const { put, writes } = world(there, { put: () => ({ status: 204 }) });
    await expect(put({ object: object({}, "taken-name-1") })).rejects.toMatchObject({ code: "already-exists", conflict: { remoteKey: "/h/c/taken-name-1.ics", revision: '"7"' } });
    expect(writes()).toEqual([]);
  });

  test.each(["7b5f9a52-0c2d-4b4b-9a53-1d0c5a1f2b77", "a:b/(c),d@example.test"])("a creation of %s that is repeated after a lost answer finds its own item", async (uid) => {
    const { put, writes, store } = world({});
    const first = await put({ object: object({}, uid) });
    expect(await put({ object: object({}, uid) })).toMatchObject({ remoteKey: first.remoteKey, revision: first.revision, asWritten: true });
    expect(writes()).toHaveLength(1);
    expect(store.size).toBe(1);
  });

  test("a 412 full of a server's own words (SabreDAV) says what a bare one says", async () => {
    const words = '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre_DAV_Exception_PreconditionFailed</s:exception><s:header>If-Match</s:header></d:error>';
    const refused = (meanwhile: () => void) => () => {
      meanwhile();
      return { status: 412, body: words, headers: { "content-type": "application/xml; charset=utf-8" } };
    };
    const uid = "7b5f9a52-0c2d-4b4b-9a53-1d0c5a1f2b77";
    const taken = world({}, { put: refused(() => void taken.store.set(`/h/c/${uid}.ics`, { text: text(uid), etag: '"9"' })) });
    await expect(taken.put({ object: object({}, uid) })).rejects.toMatchObject({ code: "already-exists", conflict: { revision: '"9"' } });
    const changed = world(a(), { put: refused(() => void changed.store.set("/h/c/a", { text: text("u", "X-THEIRS:1"), etag: '"9"' })) });
    await expect(changed.put({ object: titled("New"), target: at('"1"') })).rejects.toMatchObject({ code: "revision-conflict", conflict: { revision: '"9"', deleted: false } });
  });

  test("whether a name is taken is asked of that name, not of a list of the whole calendar", async () => {
    const { put, requests } = world({});
    await put({ object: object({}, "7b5f9a52-0c2d-4b4b-9a53-1d0c5a1f2b77") });
    expect(requests.filter(({ method }) => method === "PROPFIND")).toEqual([]);
  });

  test("quirk 12: what is read back after a creation must be what was created", async () => {
    const { put } = world({}, { rewrite: () => text("another-one") });
    await expect(put({ object: object() })).rejects.toMatchObject({ code: "already-exists" });
  });

  test.each<[string, ScriptedAnswer, string | null]>([
    ["409 no-uid-conflict with an href", { status: 409, body: '<d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><c:no-uid-conflict><d:href>https://cal.example/h/x/%c3%bc.ics</d:href></c:no-uid-conflict></d:error>' }, "/h/x/%C3%BC.ics"],
    ["403 unique-scheduling-object-resource", { status: 403, body: '<d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><c:unique-scheduling-object-resource/></d:error>' }, null],
    ["409 without a word", { status: 409 }, null],
    ["a bare 412", { status: 412 }, null],
  ])("quirk 18: a UID that stands elsewhere, told by %s, is a typed conflict with the other item", async (_, answer, remoteKey) => {
    const { put, writes } = world({}, { put: () => answer });
    await expect(put({ object: object() })).rejects.toMatchObject({ code: "already-exists", failure: "conflict", conflict: { remoteKey } });
    expect(writes()).toHaveLength(1);
  });

  test("quirk 8: a 207 to a PUT is an error in disguise", async () => {
    const refused = multistatus("<d:response><d:href>/h/c/a</d:href><d:status>HTTP/1.1 412 Precondition Failed</d:status><d:error><c:valid-calendar-data/></d:error></d:response>");
    await expect(world({}, { put: () => refused }).put({ object: object() })).rejects.toMatchObject({ code: "object-invalid" });
    const page = { status: 200, body: "<html></html>", headers: { "content-type": "text/html" } };
    await expect(world({}, { put: () => page }).put({ object: object() })).rejects.toMatchObject({ code: "not-calendar-data" });
  });

  test("quirk 8: a 207 around a success is a success, whose result is read back; one that says nothing is none", async () => {
    const wrapped = (...statuses: number[]): ScriptedAnswer => multistatus(...statuses.map((status) => withStatus("/h/c/a", status)));
    const made = world({}, { wraps: (status) => wrapped(status) });
    const created = await made.put({ object: object() });
    expect(created).toMatchObject({ revision: '"11"', asWritten: true });
    const server = world(a(), { wraps: (status) => wrapped(status), rewrite: (sent) => sent.replace("SUMMARY:New", "SUMMARY:Newer") });
    expect(await server.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"11"', asWritten: false, stored: { events: [{ content: { title: "Newer" } }] } });
    await server.remove("/h/c/a", '"11"');
    expect(server.store.size).toBe(0);
    for (const answer of [wrapped(), wrapped(204, 500), wrapped(0)]) {
      await expect(world(a(), { put: () => answer }).put({ target: at('"1"'), object: titled("New") })).rejects.toMatchObject({ name: "KalendsError", failure: expect.stringMatching(/transient|permanent/) as string });
    }
  });

  test("a write that is only accepted for later (202) is not taken at its word: what is there is read back", async () => {
    const later = world(a(), { put: () => ({ status: 202, headers: { etag: '"99"' } }) });
    expect(await later.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"1"', asWritten: false, stored: { events: [{ content: { title: "Old" } }] } });
  });

  test.each<[string, Partial<CalendarEvent>, string]>([
    ["no end at all", { end: undefined } as unknown as Partial<CalendarEvent>, "DTEND:20260305T090100Z"],
    ["no length", { end: utc("2026-03-05T09:00:00") }, "DTEND:20260305T090100Z"],
    ["a duration", { end: undefined, duration: { days: 1, seconds: 5400 } } as unknown as Partial<CalendarEvent>, "DTEND:20260306T103000Z"],
    ["a date alone", { end: undefined, start: { kind: "date", value: "2026-12-31" } } as unknown as Partial<CalendarEvent>, "DTEND;VALUE=DATE:20270101"],
  ])("quirk 19: an event with %s gets an explicit end", async (_, event, line) => {
    const { put, writes } = world({});
    const { end, ...rest } = event;
    const { end: usual, ...bare } = base;
    const made: CalendarObject = { ...object(), events: [{ ...bare, ...rest, ...("end" in event ? (end === undefined ? {} : { end }) : { end: usual }) } as CalendarEvent] };
    await put({ object: made });
    expect(String(writes()[0]?.body)).toContain(`${line}\r\n`);
    expect(String(writes()[0]?.body)).not.toContain("DURATION");
  });

  test("quirk 19: seconds of a duration pass over a change of clocks exactly, days on the wall", () => {
    const start = { kind: "zoned" as const, value: "2026-03-28T12:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" };
    const { end: _end, ...bare } = base;
    expect(withEnd({ ...bare, start, duration: { days: 0, seconds: 86_400 } }).end?.value).toBe("2026-03-29T13:00:00");
    expect(withEnd({ ...bare, start, duration: { days: 1, seconds: 0 } }).end?.value).toBe("2026-03-29T12:00:00");
    // A date lasts whole days, and one at least.
    expect(withEnd({ ...bare, start: { kind: "date", value: "2026-03-28" }, duration: { days: 0, seconds: 5400 } }).end).toEqual({ kind: "date", value: "2026-03-29" });
  });

  test("quirk 35: more than 512 KiB is refused before anything leaves", async () => {
    const { put, requests } = world({});
    await expect(put({ object: object({ content: { description: "ü".repeat(270_000) } }) })).rejects.toMatchObject({ code: "object-too-large" });
    expect(requests).toEqual([]);
    const server = world(a());
    const grow = (current: CalendarObject | null): CalendarObject => ({ ...object(), ...current, events: [{ ...base, uid: "u", content: { description: "x".repeat(600_000) } }] });
    await expect(server.put({ target: at('"1"'), object: grow })).rejects.toMatchObject({ code: "object-too-large" });
    expect(server.writes()).toEqual([]);
  });

  test("quirk 30: no mail goes out unless it may", async () => {
    const people: Partial<CalendarEvent> = { content: { title: "T", organizer: { address: "alice@example.org" }, attendees: [{ address: "bob@example.org", name: "Bob, B", participation: "needs-action" }] } };
    const silent = world({});
    await silent.put({ object: object(people) });
    const lines = String(silent.writes()[0]?.body).replace(/\r\n /g, "").split("\r\n");
    expect(lines.filter((line) => /^(ATTENDEE|ORGANIZER)/.test(line) && line.includes(";SCHEDULE-AGENT=CLIENT"))).toHaveLength(2);
    const loud = world({});
    await loud.put({ notify: true, object: object(people) });
    expect(String(loud.writes()[0]?.body)).not.toContain("SCHEDULE-AGENT");
  });
});

describe("changing", () => {
  test("quirk 11: the server's own text is the base: unknown lines, parameters, alarms, other UIDs and its spelling stay byte for byte", async () => {
    const lines = ["location;language=de;X-L=1:Raum\\, 1", "X-ODD;X-P=\"a:b;c\":va\\,lue", "attendee;cn=Bob;RSVP=TRUE;X-N=1;PARTSTAT=NEEDS-ACTION:MAILTO:bob@example.org", "ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:carol@example.org", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM"];
    const two = text("u", ...lines).replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:other\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260301T090000Z\r\nSUMMARY:Oth\r\n er\r\nEND:VEVENT\r\nEND:VCALENDAR");
    const { put, writes, store } = world({ "/h/c/a": { text: two, etag: '"1"' } });
    const accept = (current: CalendarObject | null): CalendarObject => {
      const [event] = current?.events ?? [];
      if (current === null || event === undefined) throw new Error("nothing there");
      const attendees = (event.content?.attendees ?? []).map((person) => (person.address === "bob@example.org" ? { ...person, participation: "accepted" as const } : person));
      return { ...current, events: [{ ...event, content: { ...event.content, title: "New; title", attendees } }] };
    };
    const outcome = await put({ target: at('"1"'), object: accept, notify: true });
    const sent = String(writes()[0]?.body);
    for (const kept of [lines[0], lines[1], lines[3], "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM", "UID:other\r\nDTSTAMP:20260101T000000Z", "SUMMARY:Oth\r\n er\r\n", "DTSTART:20260301T090000Z\r\nDTEND:20260301T100000Z"]) expect(sent).toContain(`${kept}`);
    expect(sent).toContain("SUMMARY:New\\; title\r\n");
    expect(sent.replace(/\r\n /g, "")).toMatch(/ATTENDEE;(?=[^\r]*PARTSTAT=ACCEPTED)(?=[^\r]*RSVP=TRUE)(?=[^\r]*X-N=1)[^\r]*:MAILTO:bob@example.org/i);
    expect(sent).toContain("LAST-MODIFIED:20260301T120000Z");
    expect(outcome).toMatchObject({ revision: '"11"', asWritten: true, stored: { events: [{ content: { title: "New; title" } }] } });
    expect(store.get("/h/c/a")?.text).toBe(sent);
  });

  test("quirk 11: overrides come and go, and a zone is added with the time that needs it", async () => {
    const { put, writes } = world({ "/h/c/a": { text: text("u", "RRULE:FREQ=WEEKLY;COUNT=5", "X-KEEP:1"), etag: '"1"' } });
    const zoned = { kind: "zoned" as const, value: "2026-03-08T11:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" };
    const add = (current: CalendarObject | null): CalendarObject => ({ ...object(), ...current, events: [...(current?.events ?? []), { ...base, uid: "u", recurrenceId: utc("2026-03-08T09:00:00"), start: zoned, end: { ...zoned, value: "2026-03-08T12:00:00" } }] });
    const added = await put({ target: at('"1"'), object: add });
    const sent = String(writes()[0]?.body);
    expect(sent).toMatch(/BEGIN:VTIMEZONE[^]*TZID:Europe\/Berlin[^]*END:VTIMEZONE[^]*X-KEEP:1[^]*RECURRENCE-ID:20260308T090000Z/);
    expect(parseCalendar(sent, { remoteKey: "/h/c/a", revision: null }).objects[0]?.events).toHaveLength(2);
    await put({ target: at(added.revision), object: (current) => ({ ...object(), ...current, events: (current?.events ?? []).slice(0, 1) }) });
    expect(String(writes()[1]?.body)).not.toContain("RECURRENCE-ID");
    expect(String(writes()[1]?.body)).toContain("X-KEEP:1");
  });

  test("a base that stops before its end is not patched and written back as the whole", async () => {
    const cut = world({ "/h/c/a": { text: text("u", "X-THEIRS:1").slice(0, -20), etag: '"1"' } }, { byGet: true });
    await expect(cut.put({ object: titled("New"), target: at('"get"') })).rejects.toMatchObject({ code: "answer-invalid" });
    expect(cut.writes()).toEqual([]);
  });

  test("quirk 30: a change without mail says so on every person but those whom somebody exempted; one with mail takes it back", async () => {
    const people = ["ORGANIZER:mailto:alice@example.org", "ATTENDEE;X-N=1:mailto:bob@example.org", "ATTENDEE;SCHEDULE-AGENT=NONE:mailto:carol@example.org"];
    const { put, writes } = world({ "/h/c/a": { text: text("u", ...people), etag: '"1"' } });
    const sent = (): string[] => String(writes().at(-1)?.body).replace(/\r\n /g, "").split("\r\n").filter((line) => /^(ORGANIZER|ATTENDEE)/.test(line));
    const silent = await put({ target: at('"1"'), object: titled("New") });
    expect(sent()).toEqual(["ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:alice@example.org", "ATTENDEE;X-N=1;SCHEDULE-AGENT=CLIENT:mailto:bob@example.org", people[2]]);
    await put({ target: at(silent.revision), object: titled("Newer"), notify: true });
    expect(sent()).toEqual(people);
  });

  test("quirk 30: what an earlier message came to is not said of a person who changed; nothing forces the server to send where nobody is to be told", async () => {
    const people = ["ATTENDEE;SCHEDULE-STATUS=1.2;SCHEDULE-FORCE-SEND=REQUEST;PARTSTAT=NEEDS-ACTION:mailto:bob@example.org", 'ATTENDEE;SCHEDULE-STATUS="2.0";PARTSTAT=ACCEPTED:mailto:carol@example.org'];
    const { put, writes } = world({ "/h/c/a": { text: text("u", ...people), etag: '"1"' } });
    const accept = (current: CalendarObject | null): CalendarObject => ({
      ...object(), ...current,
      events: (current?.events ?? []).map((event) => ({ ...event, content: { ...event.content, attendees: (event.content?.attendees ?? []).map((person) => ({ ...person, participation: "accepted" as const })) } })),
    });
    const sent = (): string[] => String(writes().at(-1)?.body).replace(/\r\n /g, "").split("\r\n").filter((line) => line.startsWith("ATTENDEE"));
    const loud = await put({ target: at('"1"'), object: accept, notify: true });
    expect(sent()[0]).not.toContain("SCHEDULE-STATUS");
    // The one who did not change keeps the server's own line (RFC 6638 section 7.3).
    expect(sent()[1]).toBe(people[1]);
    await put({ target: at(loud.revision), object: titled("New") });
    expect(sent().filter((line) => line.includes("SCHEDULE-FORCE-SEND"))).toEqual([]);
    expect(sent().filter((line) => line.includes("SCHEDULE-AGENT=CLIENT"))).toHaveLength(2);
  });

  test("what did not change is not written", async () => {
    const { put, writes } = world(a());
    expect(await put({ target: at('"1"'), object: titled("Old") })).toMatchObject({ revision: '"1"', asWritten: true });
    expect(writes()).toEqual([]);
  });

  test("quirk 10: without an ETag the item is read back; what the server made of it is told", async () => {
    const silent = world(a(), { tellsEtag: false });
    expect(await silent.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"11"', asWritten: true });
    const rewriting = world(a(), { tellsEtag: false, rewrite: (sent) => sent.replace("SUMMARY:New", "SUMMARY:Newer") });
    expect(await rewriting.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ asWritten: false, stored: { events: [{ content: { title: "Newer" } }] } });
    const spelling = world(a(), { tellsEtag: false, rewrite: (sent) => sent.replaceAll("\r\n", "\n").replace("PRODID:x", "PRODID:server") });
    expect(await spelling.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ asWritten: true });
  });

  test("quirk 13: a 201 to a change means deleted meanwhile, where the server was seen to tell the two apart; nothing is revived", async () => {
    const server = world(a());
    const first = await server.put({ target: at('"1"'), object: titled("Once") });
    const careless = world(a(), { put: (headers, sent) => (headers["if-match"] !== undefined && sent.includes("Revived") ? { status: 201, headers: { etag: '"99"' } } : null), delete: () => ({ status: 204 }) });
    await careless.put({ target: at('"1"'), object: titled("Once") });
    await expect(careless.put({ target: at('"11"'), object: titled("Revived") })).rejects.toMatchObject({ code: "revision-conflict", conflict: { deleted: true } });
    expect(careless.writes().at(-1)).toMatchObject({ method: "DELETE", headers: { "if-match": '"99"', "schedule-reply": "F" } });
    expect(first.revision).toBe('"11"');
    const always201 = world(a(), { put: () => ({ status: 201, headers: { etag: '"2"' } }) });
    expect(await always201.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"2"' });
  });

  test("quirk 15: a weak ETag is sent as it is, then in its strong form; no ETag at all is guarded by the item's presence", async () => {
    const weak = world({ "/h/c/a": { text: text("u"), etag: 'W/"1"' } }, { put: ({ "if-match": guard }) => (guard === '"1"' ? { status: 204, headers: { etag: '"2"' } } : { status: 412 }) });
    expect(await weak.put({ target: at('W/"1"'), object: titled("New") })).toMatchObject({ revision: '"2"' });
    expect(weak.writes().map(({ headers }) => headers?.["if-match"])).toEqual(['W/"1"', '"1"']);
    const none = world({ "/h/c/a": { text: text("u"), etag: null } });
    await none.put({ target: at(null), object: titled("New") });
    expect(none.writes()[0]?.headers?.["if-match"]).toBe("*");
  });

  test("quirk 15: a server that tells no ETag any more is asked under the one that it told; an empty one is none", async () => {
    const hidden = (etag: string | null) => world({ "/h/c/a": { text: text("u"), etag } }, { byGet: true, getEtag: "", untold: true, put: ({ "if-match": guard }) => (guard === '"1"' ? null : { status: 412 }) });
    const changed = hidden('"1"');
    await changed.put({ object: titled("New"), target: at('"1"') });
    expect(changed.writes().map(({ headers }) => headers?.["if-match"])).toEqual(['"1"']);
    await expect(hidden('"2"').put({ object: titled("New"), target: at('"0"') })).rejects.toMatchObject({ code: "revision-conflict", conflict: { revision: null } });
    // Radicale takes no `*`.
    await expect(hidden('"1"').put({ object: titled("New"), target: at(null) })).rejects.toMatchObject({ code: "answer-invalid" });
    const removed = world({ "/h/c/a": { text: text("u"), etag: '"1"' } }, { byGet: true, getEtag: "", untold: true });
    await removed.remove("/h/c/a", '"1"');
    expect(removed.writes().map(({ headers }) => headers?.["if-match"])).toEqual(['"1"']);
  });

  test("quirk 15: where multiget hands an item out to nobody, its revision is still the one that listings tell, not that of GET", async () => {
    const server = world(a(), { byGet: true, getEtag: '"of-get"' });
    expect(await server.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"11"', asWritten: true });
    expect(server.writes().map(({ headers }) => headers?.["if-match"])).toEqual(['"1"']);
    const silent = world(a(), { byGet: true, getEtag: '"of-get"', tellsEtag: false });
    expect(await silent.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"11"' });
    await silent.remove("/h/c/a", '"11"');
    expect(silent.store.size).toBe(0);
    await expect(world(a(), { byGet: true, getEtag: '"of-get"' }).put({ target: at('"0"'), object: titled("New") })).rejects.toMatchObject({ code: "revision-conflict", conflict: { revision: '"1"' } });
    const onlyGet = world(a(), { byGet: true, getEtag: '"1"', untold: true });
    expect(await onlyGet.put({ target: at('"1"'), object: titled("New") })).toMatchObject({ revision: '"11"' });
  });

  test("a change between the two looks of such a reading is not written over", async () => {
    const server = world(a(), { byGet: true, getEtag: '"of-get"' });
    const changed = text("u", "X-THEIRS:1");
    const put = server.put({ target: at('"1"'), object: (current) => {
      server.store.set("/h/c/a", { text: changed, etag: '"9"' });
      return titled("New")(current);
    } });
    await expect(put).rejects.toMatchObject({ code: "revision-conflict" });
    expect(server.store.get("/h/c/a")?.text).toBe(changed);
  });

  test("no write is ever without a guard, and none in pieces", async () => {
    const server = world(a());
    await server.put({ object: object() });
    await server.put({ target: at('"1"'), object: titled("New") });
    await server.remove("/h/c/a", '"12"');
    for (const { headers } of server.writes()) expect(headers?.["if-match"] ?? headers?.["if-none-match"]).toBeDefined();
    for (const { method, body } of server.writes()) expect(typeof body).toBe(method === "PUT" ? "string" : "undefined");
  });

  test("a calendar that is gone, a full store, a lock and a read-only share have their own codes", async () => {
    const cases: [ScriptedAnswer, string][] = [[{ status: 507 }, "permission-denied"], [{ status: 423 }, "server-error"], [{ status: 403 }, "permission-denied"], [{ status: 413 }, "object-too-large"], [{ status: 415 }, "object-invalid"], [{ status: 429 }, "rate-limited"], [{ status: 401 }, "auth-failed"], [{ status: 500 }, "server-error"]];
    for (const [answer, code] of cases) await expect(world(a(), { put: () => answer }).put({ target: at('"1"'), object: titled("New") })).rejects.toMatchObject({ code });
  });
});

describe("removing", () => {
  test("quirk 13: the revision is read again first, because some servers delete whatever If-Match says", async () => {
    const { remove, writes } = world({ "/h/c/a": { text: text("u"), etag: '"2"' } }, { delete: () => ({ status: 204 }) });
    await expect(remove("/h/c/a", '"1"')).rejects.toMatchObject({ code: "revision-conflict", conflict: { revision: '"2"', deleted: false } });
    expect(writes()).toEqual([]);
    await remove("/h/c/a", '"2"');
    expect(writes()[0]?.headers).toMatchObject({ "if-match": '"2"', "schedule-reply": "F" });
  });

  test("a change between the look and the removal is a conflict; gone is gone", async () => {
    const raced = world(a(), { delete: () => ({ status: 412 }) });
    await expect(raced.remove("/h/c/a", '"1"')).rejects.toMatchObject({ code: "revision-conflict" });
    const none = world({});
    await none.remove("/h/c/a", '"1"');
    expect(none.writes()).toEqual([]);
  });
});

describe("delayed visibility", () => {
  test("quirk 28: an own write that a listing does not show yet is kept for a while, and looked for again", async () => {
    const { put, provider, clock } = world({}, { hides: true });
    const made = await put({ object: object() });
    expect(made).toMatchObject({ revision: expect.stringMatching(/^"\d+"$/) as string });
    const request: PullRequest = { calendar: { ...calendar, hints: { sync: "no" } }, cursor: null, pageToken: null, window: { from: 0, to: 1 }, revisionsOf: async () => new Map([[made.remoteKey, made.revision]]), memo: new Map() };
    const soon = await provider.pullPage(access, request);
    expect(soon).toMatchObject({ pass: "snapshot", present: [made.remoteKey], nextCursor: expect.stringMatching(/^etag:/) as string });
    clock.set(clock.now() + 6 * 60_000);
    expect(await provider.pullPage(access, { ...request, memo: new Map() })).toMatchObject({ pass: "snapshot", present: [] });
  });
});

describe("an own write that the server does not show yet", () => {
  test("quirk 28: is removed all the same, under its guard, and looked for no more", async () => {
    const { put, remove, provider, store, writes, requests } = world({}, { hides: true });
    const made = await put({ object: object() });
    await remove(made.remoteKey, made.revision);
    expect(writes().at(-1)).toMatchObject({ method: "DELETE", headers: { "if-match": made.revision } });
    expect(store.size).toBe(0);
    const before = requests.length;
    const request: PullRequest = { calendar: { ...calendar, hints: { sync: "no" } }, cursor: null, pageToken: null, window: { from: 0, to: 1 }, revisionsOf: async () => new Map([[made.remoteKey, made.revision]]), memo: new Map() };
    expect(await provider.pullPage(access, request)).toMatchObject({ pass: "snapshot", present: [] });
    expect(requests.slice(before).filter(({ method }) => method === "GET")).toEqual([]);
    // A guard that fails on what cannot be seen says nothing yet; who asks again later is told.
    const gone = world({}, { hides: true });
    const hidden = await gone.put({ object: object() });
    gone.store.clear();
    await expect(gone.remove(hidden.remoteKey, hidden.revision)).rejects.toMatchObject({ code: "object-missing", failure: "transient" });
    gone.clock.set(gone.clock.now() + 6 * 60_000);
    await gone.remove(hidden.remoteKey, hidden.revision);
  });

  test("quirk 28: is not said to be deleted when it is changed; later is the time for that", async () => {
    const { put, clock } = world({}, { hides: true });
    const { remoteKey, revision } = await put({ object: object() });
    await expect(put({ target: { remoteKey, revision }, object: titled("New") })).rejects.toMatchObject({ code: "object-missing", failure: "transient" });
    clock.set(clock.now() + 6 * 60_000);
    await expect(put({ target: { remoteKey, revision }, object: titled("New") })).rejects.toMatchObject({ code: "revision-conflict", conflict: { deleted: true } });
  });
});

describe("somebody else's removal of an own write", () => {
  test("quirk 28: what was there once and is not handed out any more is gone, without a wait", async () => {
    const { put, provider, store } = world({});
    const made = await put({ object: object() });
    const changed = await put({ target: { remoteKey: made.remoteKey, revision: made.revision }, object: titled("New") });
    store.clear();
    const request: PullRequest = { calendar: { ...calendar, hints: { sync: "no" } }, cursor: null, pageToken: null, window: { from: 0, to: 1 }, revisionsOf: async () => new Map([[made.remoteKey, changed.revision]]), memo: new Map() };
    expect(await provider.pullPage(access, request)).toMatchObject({ pass: "snapshot", present: [], quarantined: [] });
  });
});

describe("texts", () => {
  test("taking a text apart and putting it together changes nothing but line ends", () => {
    for (const end of ["\r\n", "\n"]) {
      const source = text("u", "X-A;B=\"x;y:z\":1", "DESCRIPTION:long", "  folded\t", "BEGIN:VALARM", "END:VALARM");
      expect(writeComponents(readComponents(source.replaceAll("\r\n", end)) ?? [])).toBe(source);
    }
    expect(readComponents("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR")).toBeNull();
    expect(readComponents("hello")).toBeNull();
  });
});
