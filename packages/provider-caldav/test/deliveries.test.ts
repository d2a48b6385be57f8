import { startCaldavSandbox } from "@kalends/sandbox";
import type { CalendarEvent, DeliveryStatus } from "@kalends/model";
import { describe, expect, test } from "vitest";
import { outcomeOf, readDeliveryCodes } from "../src/write/delivery-codes.ts";
import { readDeliveries } from "../src/write/read-deliveries.ts";
import { harnessOf } from "./caldav-harness.ts";
import { systemClock } from "./system-clock.ts";
import { at, object, text, titled, utc, world } from "./write-world.ts";

const people = ["ORGANIZER:mailto:alice@example.org", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:alice@example.org", "ATTENDEE:mailto:Bob@example.org", "ATTENDEE:mailto:carol@example.org"];
/** What a scheduling server makes of the lines of two attendees. */
const sentTo = (bob: string, carol: string) => (sent: string): string =>
  sent.replace(/^ATTENDEE([^:\r\n]*):mailto:bob/im, `ATTENDEE$1;SCHEDULE-STATUS=${bob}:mailto:bob`).replace(/^ATTENDEE([^:\r\n]*):mailto:carol/im, `ATTENDEE$1;SCHEDULE-STATUS=${carol}:mailto:carol`);
const bob = (codes: string[], outcome: string) => ({ address: "bob@example.org", to: "attendee", codes, outcome });
const carol = (codes: string[], outcome: string) => ({ ...bob(codes, outcome), address: "carol@example.org" });
const invitation: Partial<CalendarEvent> = {
  content: { title: "T", organizer: { address: "alice@example.org" }, attendees: ["bob", "carol"].map((name) => ({ address: `${name}@example.org`, participation: "needs-action" })) },
};

describe("quirk 30: what became of the messages", () => {
  test.each([true, false])("is read back after a creation and after a change, whether the server tells an ETag (%s) or not", async (tellsEtag) => {
    const server = world({}, { rewrite: sentTo("1.2", '"3.7,5.1"'), tellsEtag });
    const made = await server.put({ object: object(invitation), notify: true });
    expect(made.deliveries).toEqual([bob(["1.2"], "delivered"), carol(["3.7", "5.1"], "recipient-unknown")]);
    const other = world({ "/h/c/a": { text: text("u", ...people), etag: '"1"' } }, { rewrite: sentTo('"1.1;On its way, by mail"', "5.3"), tellsEtag });
    const changed = await other.put({ object: titled("New"), target: at('"1"'), notify: true });
    expect(changed).toMatchObject({ asWritten: true, revision: '"11"', deliveries: [bob(["1.1"], "sent"), carol(["5.3"], "rejected")] });
  });

  test("is told again where the answer to the write was lost", async () => {
    const uid = "7b5f9a52-0c2d-4b4b-9a53-1d0c5a1f2b77";
    const server = world({}, { rewrite: sentTo("1.0", "5.2") });
    const first = await server.put({ object: object(invitation, uid), notify: true });
    expect(first.deliveries).toEqual([bob(["1.0"], "pending"), carol(["5.2"], "undeliverable")]);
    expect((await server.put({ object: object(invitation, uid), notify: true })).deliveries).toEqual(first.deliveries);
    const again = await server.put({ object: (current) => current ?? object(), target: { remoteKey: first.remoteKey, revision: first.revision }, notify: true });
    expect(again.deliveries).toEqual(first.deliveries);
    expect(server.writes()).toHaveLength(1);
  });

  test("is not asked for, and an old word not taken for a new one, where no mail was to go out", async () => {
    const told = people.map((line) => line.replace("ATTENDEE:", "ATTENDEE;SCHEDULE-STATUS=1.2:"));
    const server = world({ "/h/c/a": { text: text("u", ...told), etag: '"1"' } });
    const silent = await server.put({ object: titled("New"), target: at('"1"') });
    expect(silent.deliveries).toEqual([]);
    expect(server.requests.at(-1)?.method).toBe("PUT");
    expect((await server.put({ object: titled("New"), target: at(silent.revision) })).deliveries).toEqual([]);
  });

  test("is told of the answer to the organizer, and of each occurrence by itself", () => {
    const override = ["BEGIN:VEVENT", "UID:u", "RECURRENCE-ID;TZID=Europe/Berlin:20260308T100000", "DTSTAMP:20260101T000000Z", "DTSTART:20260308T110000Z", "ATTENDEE;SCHEDULE-STATUS=3.8:mailto:bob@example.org", "END:VEVENT"];
    const alien = ["BEGIN:VEVENT", "UID:other", "DTSTART:20260308T110000Z", "ATTENDEE;SCHEDULE-STATUS=5.1:mailto:eve@example.org", "END:VEVENT"];
    const alarm = ["BEGIN:VALARM", "ATTENDEE;SCHEDULE-STATUS=1.1:mailto:alarm@example.org", "END:VALARM"];
    const whole = text("u", "RRULE:FREQ=WEEKLY", 'ORGANIZER;SCHEDULE-STATUS="2.0":mailto:alice@example.org', "ATTENDEE;EMAIL=Dan@example.org;SCHEDULE-STATUS=4.0:/principals/dan/", ...alarm).replace("END:VCALENDAR", [...override, ...alien, "END:VCALENDAR"].join("\r\n"));
    const expected: DeliveryStatus[] = [
      { address: "alice@example.org", to: "organizer", codes: ["2.0"], outcome: "delivered" },
      { address: "dan@example.org", to: "attendee", codes: ["4.0"], outcome: "failed" },
      { address: "bob@example.org", to: "attendee", recurrenceId: { kind: "zoned", value: "2026-03-08T10:00:00", zone: "Europe/Berlin", tzid: "Europe/Berlin" }, codes: ["3.8"], outcome: "not-permitted" },
    ];
    expect(readDeliveries(whole, "u")).toEqual(expected);
    expect(readDeliveries("no calendar", "u")).toEqual([]);
  });

  test("reads the codes of the standards, those of a class that it does not know, and no nonsense", () => {
    expect(readDeliveryCodes('"2.0,2.4"')).toEqual(["2.0", "2.4"]);
    expect(readDeliveryCodes("1.2;Scheduling message has been delivered")).toEqual(["1.2"]);
    expect(readDeliveryCodes(' "3.7 ; no, none" ')).toEqual([]);
    for (const odd of ["", '""', "delivered", "1", "1.", "99999.1", "-1.2", "1.2x"]) expect(readDeliveryCodes(odd)).toEqual([]);
    expect(readDeliveryCodes("1.2,".repeat(100_000))).toHaveLength(16);
    const outcomes = ["1.0", "1.1", "1.2", "1.9", "2.8", "3.1", "3.7", "3.7.1", "3.8", "4.0", "5.0", "5.1", "5.2", "5.3", "7.1"].map((code) => outcomeOf([code]));
    expect(outcomes).toEqual(["pending", "sent", "delivered", "pending", "delivered", "failed", "recipient-unknown", "recipient-unknown", "not-permitted", "failed", "failed", "failed-for-now", "undeliverable", "rejected", "unknown"]);
    expect(outcomeOf(["1.2", "5.1", "2.0"])).toBe("failed-for-now");
  });
});

describe("the sandbox as a scheduling server", () => {
  test("delivers to its own users, refuses unknown ones, takes the rest to the mail, and stays out of what is not its own", async () => {
    const users = [{ name: "alice", password: "pw", calendars: ["work"] }, { name: "bob", password: "pw" }];
    const sandbox = await startCaldavSandbox({ clock: systemClock, users, features: { scheduling: true } });
    const [alice, bobs] = [sandbox.user("alice"), sandbox.user("bob").calendar("work")];
    const server = { origin: new URL(sandbox.url).origin, baseUrl: sandbox.url, home: () => new URL(alice.homeUrl).pathname, username: "alice", password: "pw", stop: () => sandbox.close() };
    const { provider, access, close } = await harnessOf(server, {});
    try {
      const [calendar] = await provider.listCalendars(access);
      if (calendar === undefined || provider.putObject === undefined) throw new Error("no calendar");
      const attendees = ["bob@sandbox.test", "nobody@sandbox.test", "someone@example.org"].map((address) => ({ address, participation: "needs-action" as const }));
      const event = { content: { title: "T", organizer: { address: alice.email }, attendees }, start: utc("2026-03-05T09:00:00") };
      const silent = await provider.putObject(access, { calendar, target: null, object: object(event), notify: false });
      expect([silent.deliveries, sandbox.invitations, bobs.size]).toEqual([[], [], 0]);
      const loud = await provider.putObject(access, { calendar, target: null, object: object(event), notify: true });
      expect(loud.deliveries?.map(({ address, outcome }) => [address, outcome])).toEqual([["bob@sandbox.test", "delivered"], ["nobody@sandbox.test", "recipient-unknown"], ["someone@example.org", "sent"]]);
      expect(sandbox.invitations.map(({ to, code }) => [to, code])).toEqual([["bob@sandbox.test", "1.2"], ["nobody@sandbox.test", "3.7"], ["someone@example.org", "1.1"]]);
      expect(bobs.read(loud.stored.uid)).not.toContain("SCHEDULE-STATUS");
      const foreign = { ...event, content: { ...event.content, organizer: { address: "somebody@else.test" } } };
      expect((await provider.putObject(access, { calendar, target: null, object: object(foreign), notify: true })).deliveries).toEqual([]);
    } finally {
      await close();
    }
  });
});
