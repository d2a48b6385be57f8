import { connect } from "node:net";
import { DatabaseSync } from "node:sqlite";
import type { Clock, Logger, Transport } from "@kalends/model";
import { caldavProvider } from "@kalends/provider-caldav";
import { movableClock, startCaldavSandbox, type CaldavSandbox, type SandboxCalendar } from "@kalends/sandbox";
import { createTransport, type Dial, type Resolve } from "@kalends/transport";
import { systemClock, systemRandom, type Kalends } from "kalends";
import { openKalends } from "./open-kalends.ts";
import { eventFile } from "./event-files.ts";
import { openPortSwitch, type PortSwitch } from "./bad-http-switch.ts";

const mostBytes = 16 * 1024 * 1024;

export const canary = "Canary-Passw0rd";

/** A connected calendar with a first sync behind it, at a port whose server can be exchanged. */
export interface BadHttpStage {
  kalends: Kalends;
  database: string;
  gate: PortSwitch;
  sandbox: CaldavSandbox;
  sandboxPort: number;
  calendar: SandboxCalendar;
  calendarId: string;
  accountId: string;
  calendarPath: string;
  login: { address: string; username: string; password: string };
  /** Everything that was logged, as text. */
  spoken: string[];
  /** Host names that the transport asked for. */
  lookups: string[];
  /** Addresses and ports that were dialled. */
  dials: string[];
  waits: number[];
  close(): Promise<void>;
}

/** `timeoutMs` is the deadline of one request: short, so that a silent server is given up in time for the manifest's limits. */
export async function openBadHttpStage(timeoutMs: number): Promise<BadHttpStage> {
  const sandbox = await startCaldavSandbox({ clock: movableClock(new Date().toISOString()), users: [{ name: "ada", password: canary }] });
  const sandboxPort = Number(new URL(sandbox.url).port);
  const gate = await openPortSwitch();
  gate.choose = () => sandboxPort;
  const spoken: string[] = [];
  const lookups: string[] = [];
  const waits: number[] = [];
  const dials: string[] = [];
  // Every name leads to this machine, where nothing but the gate is allowed: whoever follows a redirect elsewhere is refused.
  const resolve: Resolve = (host) => {
    lookups.push(host);
    return Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  };
  const dial: Dial = (addresses, port) => {
    dials.push(...addresses.map((each) => `${each.address}:${port}`));
    return connect({ host: addresses[0]?.address ?? "", port, noDelay: true });
  };
  const transport = createTransport({ clock: systemClock, allowHosts: [gate.host], resolve, dial, idleMs: Math.min(timeoutMs / 2, 1_500) });
  // The adapter has limits of its own for each request, too generous for a test.
  const hurried: Transport = {
    send: (request) => transport.send({ ...request, timeoutMs, maxBytes: Math.min(request.maxBytes ?? mostBytes, mostBytes) }),
    close: () => transport.close(),
  };
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      waits.push(ms);
      // Ten times as fast; what is told are the waits as they were meant.
      return systemClock.sleep(ms / 10, signal);
    },
  };
  const logger: Logger = { log: (level, message, fields) => void spoken.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`) };
  const providers = [caldavProvider({ transport: hurried, clock, random: systemRandom })];
  const opened = await openKalends({ clock, logger, providers, settings: { confirmAfterMs: 20, retryFirstMs: 100 } });
  const { kalends } = opened;
  const account = await kalends.createAccount({ timeZone: "Europe/Berlin" });
  const calendar = sandbox.user("ada").calendar("work");
  for (const [index, name] of ["a", "keep-1", "keep-2", "keep-3"].entries()) calendar.put(name, eventFile(index), { fileName: `${name}.ics` });
  const login = { address: `http://${gate.host}/`, username: "ada", password: canary };
  const connected = await kalends.connectCaldav({ accountId: account.id, ...login });
  const calendarId = connected.calendars[0]?.id ?? "";
  const first = await kalends.syncCalendar(calendarId);
  if (!first.ok || first.created !== 4) throw new Error("the first sync went wrong");
  // Known to the server only: what a played answer may name as new.
  calendar.put("ok", eventFile(10), { fileName: "ok.ics" });
  calendar.put("b", eventFile(11), { fileName: "b.ics" });
  return {
    ...{ kalends, database: opened.path, gate, sandbox, sandboxPort, calendar, calendarId, login, spoken, lookups, waits, dials, accountId: account.id },
    calendarPath: new URL(calendar.url).pathname,
    close: async () => {
      await opened.close();
      await transport.close();
      await gate.close();
      await sandbox.close();
    },
  };
}

export function storedCursor(database: string, calendarId: string): string | null {
  const open = new DatabaseSync(database, { readOnly: true });
  try {
    const row = open.prepare("select cursor from sync_state where calendar_id = ?").get(calendarId);
    return row?.["cursor"] == null ? null : String(row["cursor"]);
  } finally {
    open.close();
  }
}
