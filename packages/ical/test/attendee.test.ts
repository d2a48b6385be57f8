import { expect, test } from "vitest";
import { parseCalendar, writeCalendar } from "../src/index.ts";

test("an attendee's answer, role, kind and the wish for an answer are read and written", () => {
  const line = 'ATTENDEE;CN="Lovelace, Ada";CUTYPE=ROOM;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:ada@example.test';
  const silent = "ATTENDEE;RSVP=FALSE:mailto:bob@example.test";
  const text = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", "DTSTART:20260101T090000Z", line, silent, "END:VEVENT", "END:VCALENDAR"].join("\r\n");
  const { objects } = parseCalendar(text, { remoteKey: "k", revision: null });
  expect(objects[0]?.events[0]?.content?.attendees).toEqual([
    { address: "ada@example.test", name: "Lovelace, Ada", participation: "tentative", role: "optional", kind: "room", rsvp: true },
    { address: "bob@example.test", participation: "needs-action" },
  ]);
  expect(writeCalendar(objects).replace(/\r\n /g, "")).toContain(`${line}\r\n`);
});
