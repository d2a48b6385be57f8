import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { movableClock, startCaldavSandbox } from "@kalends/sandbox";
import type { Logger } from "kalends";
import { eventFile } from "./event-files.ts";
import { openKalends } from "./open-kalends.ts";

const password = "Canary-Passw0rd-ü";

/** The ways in which a text may lie hidden in bytes. */
function disguises(text: string): string[] {
  const utf8 = Buffer.from(text, "utf8");
  return [text, utf8.toString("base64"), utf8.toString("base64url"), utf8.toString("hex"), encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
}

describe("what must stay hidden", () => {
  test("no password, title, description or attendee in logs, errors or the files of the database, while the data is live", async () => {
    const sandbox = await startCaldavSandbox({ clock: movableClock("2026-11-20T08:00:00Z"), users: [{ name: "ada", password }] });
    const output: string[] = [];
    const logger: Logger = { log: (level, message, fields) => void output.push(`${level} ${message} ${inspect(fields, { depth: 9 })}`) };
    const opened = await openKalends({ allowHosts: [sandbox.allowHost], logger });
    try {
      const { kalends, path } = opened;
      const work = sandbox.user("ada").calendar("work");
      for (let index = 0; index < 60; index += 1) work.put(`event-${index}@example.test`, eventFile(index));
      work.put("broken", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:broken\r\nSUMMARY:Canary title of a broken one\r\nDTSTART:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
      const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
      const wrong = await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: "ada", password: `${password}x` }).catch((thrown: unknown) => thrown);
      const login = await kalends.connectCaldav({ accountId: account.id, address: sandbox.url, username: "ada", password });
      await kalends.sync();
      sandbox.faults.next({ method: "REPORT", status: 500, body: "Canary title in an error page" });
      const failed = await kalends.sync();
      await kalends.sync();

      // The data is there for those who may read it.
      const calendarId = login.calendars[0]?.id ?? "";
      const list = await kalends.occurrences({ calendarId, from: "2026-11-01T00:00:00Z", to: "2026-12-31T00:00:00Z" });
      expect(JSON.stringify(list)).toContain("Canary title");

      for (const thing of [wrong, failed, login, await kalends.status(), await kalends.quarantined(calendarId), await kalends.changes(0)]) {
        output.push(inspect(thing, { depth: 9 }), JSON.stringify(thing), thing instanceof Error ? `${thing.stack} ${inspect(thing.cause, { depth: 9 })}` : "");
      }
      const spoken = output.join("\n");
      for (const secret of ["Canary", "canary.guest", password]) {
        for (const disguise of disguises(secret)) expect(spoken.includes(disguise), `${secret} as ${disguise} in output`).toBe(false);
      }
      const folder = dirname(path);
      const files = await readdir(folder);
      expect(files.length).toBeGreaterThan(1);
      for (const name of files) {
        const bytes = await readFile(join(folder, name));
        for (const secret of ["Canary title", "Canary description", "Canary Guest", "canary.guest", password]) {
          for (const disguise of disguises(secret)) expect(bytes.includes(disguise), `${secret} as ${disguise} in ${name}`).toBe(false);
        }
      }
    } finally {
      await opened.close();
      await sandbox.close();
    }
  });
});
