// The CalDAV server of the throughput measurement, in a process of its own.
//   node scale-sandbox.ts USERS CALENDARS
// Each line on its input puts one new event into every calendar, and is answered with a line.
import { createInterface } from "node:readline";
import { startCaldavSandbox } from "@kalends/sandbox";
import { systemClock } from "kalends";

const [users, calendars] = process.argv.slice(2).map(Number) as [number, number];
const names = Array.from({ length: calendars }, (_, index) => `calendar${index}`);
const sandbox = await startCaldavSandbox({
  clock: systemClock,
  users: Array.from({ length: users }, (_, index) => ({ name: `user${index}`, password: `password${index}`, calendars: names })),
});

/** On a working day of the next four weeks. */
function eventText(serial: number): string {
  const day = new Date(Date.now() + (1 + (serial % 28)) * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", "BEGIN:VEVENT", `UID:event${serial}`, "DTSTAMP:20261101T000000Z",
    `DTSTART:${day}T090000Z`, `DTEND:${day}T100000Z`, `SUMMARY:Event ${serial}`, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
}

let serial = 0;
function putOne(): void {
  serial += 1;
  for (const { name } of sandbox.users) for (const calendar of names) sandbox.user(name).calendar(calendar).put(`event${serial}`, eventText(serial));
}

for (let event = 0; event < 20; event += 1) putOne();
process.stdout.write(`${sandbox.url}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  putOne();
  process.stdout.write("done\n");
}
await sandbox.close();
