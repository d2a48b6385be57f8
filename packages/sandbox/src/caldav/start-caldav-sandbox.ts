import type { AddressInfo } from "node:net";
import { KalendsError, type Clock, type Random } from "@kalends/model";
import { CalendarStore } from "./calendar-store.ts";
import type { CaldavFeatures, CaldavState, NewCalendar, SandboxInvitation, UserState } from "./caldav-state.ts";
import type { LoggedRequest } from "./logged-request.ts";
import { sandboxUser, type SandboxUser } from "./sandbox-user.ts";
import { RequestLog } from "../serving/request-log.ts";
import { faultQueue, type FaultScript } from "../serving/scripted-faults.ts";
import { serveRequests } from "./serve-requests.ts";

export interface SandboxUserOptions {
  /** Login name; stands in the user's paths. No colon (RFC 7617) and no slash. */
  name: string;
  password: string;
  /** Default: the login name. */
  displayName?: string;
  /** Calendar address. Default `NAME@sandbox.test`, or the login name where that is an address. */
  email?: string;
  /** Names of calendars to begin with. Default `["work"]`. */
  calendars?: string[];
}

export interface CaldavSandboxOptions {
  clock: Clock;
  /** Names this run, so that tokens of an earlier run are refused. Without it, the clock's now does. */
  random?: Random;
  /** Default 0: any free port. */
  port?: number;
  /** The sandbox listens on the loopback interface and nowhere else. */
  host?: "127.0.0.1";
  users: SandboxUserOptions[];
  /** How long changes stay in the change log; a token that needs older ones is refused. Default: for ever. */
  tokenLifeMs?: number;
  /** Most entries in one sync-collection answer. Default: all. */
  syncPageSize?: number;
  /** Most bytes of one object. Default 1 MiB. */
  maxObjectBytes?: number;
  /** Behaviours to switch off, to stand in for lesser servers; `scheduling` is to be switched on. */
  features?: Partial<CaldavFeatures>;
}

/** A running CalDAV server with its in-process hand. */
export interface CaldavSandbox {
  /** `http://127.0.0.1:PORT/`, the address to connect to. */
  readonly url: string;
  /** What to put on a transport's list of allowed hosts: `127.0.0.1:PORT`. */
  readonly allowHost: string;
  readonly users: SandboxUser[];
  /** Throws `not-found`. */
  user(name: string): SandboxUser;
  readonly faults: FaultScript;
  /** The newest requests, oldest first (at most 20,000). */
  readonly requests: readonly LoggedRequest[];
  forgetRequests(): void;
  /** Invitations sent so far; none without the feature `scheduling`. */
  readonly invitations: readonly SandboxInvitation[];
  /** Stops listening and ends every connection, hanging ones included. */
  close(): Promise<void>;
}

const allFeatures: CaldavFeatures = {
  syncCollection: true,
  ctag: true,
  etagOnPut: true,
  calendarDataInSync: true,
  principalOnRoot: true,
  wellKnown: true,
  scheduling: false,
};

/** Starts a CalDAV server on the loopback interface (RFC 4791, 4918, 6578, 6764). It keeps everything in memory. */
export async function startCaldavSandbox(options: CaldavSandboxOptions): Promise<CaldavSandbox> {
  const state = makeState(options);
  const faults = faultQueue();
  const log = new RequestLog<LoggedRequest>(20_000);
  const server = serveRequests(state, faults, log);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const allowHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${allowHost}/`;
  const users = new Map(Array.from(state.users, ([name, user]) => [name, sandboxUser(state, url, user)] as const));
  return {
    url,
    allowHost,
    users: [...users.values()],
    user(name) {
      const user = users.get(name);
      if (!user) throw new KalendsError("not-found", "The sandbox has no user of that name");
      return user;
    },
    faults,
    requests: log.entries,
    forgetRequests: () => log.clear(),
    invitations: state.invitations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function makeState(options: CaldavSandboxOptions): CaldavState {
  const { clock, random } = options;
  let serial = 0;
  const state: CaldavState = {
    clock,
    instance: random ? Buffer.from(random.bytes(9)).toString("base64url") : clock.now().toString(36),
    features: { ...allFeatures, ...options.features },
    tokenLifeMs: options.tokenLifeMs ?? Number.POSITIVE_INFINITY,
    syncPageSize: Math.max(1, options.syncPageSize ?? Number.POSITIVE_INFINITY),
    maxObjectBytes: options.maxObjectBytes ?? 1024 * 1024,
    users: new Map(),
    invitations: [],
    makeCalendar(user, name, calendar) {
      const store = new CalendarStore(++serial, calendarProperties(name, calendar));
      user.calendars.set(name, store);
      return store;
    },
  };
  for (const user of options.users) addUser(state, user);
  return state;
}

function addUser(state: CaldavState, options: SandboxUserOptions): void {
  const { name, password } = options;
  if (name === "" || /[:/]/.test(name)) throw new KalendsError("invalid-argument", "A sandbox user's name must have no colon and no slash");
  if (state.users.has(name)) throw new KalendsError("already-exists", "Two sandbox users have the same name");
  const email = options.email ?? (name.includes("@") ? name : `${name}@sandbox.test`);
  const user: UserState = { name, password, displayName: options.displayName ?? name, email, calendars: new Map() };
  state.users.set(name, user);
  for (const calendar of options.calendars ?? ["work"]) state.makeCalendar(user, calendar, {});
}

function calendarProperties(name: string, options: NewCalendar): CalendarStore["properties"] {
  const components = options.components?.length ? options.components : ["VEVENT"];
  return {
    displayName: options.displayName ?? name,
    color: options.color ?? null,
    timeZone: options.timeZone ?? null,
    description: options.description ?? null,
    components,
    readOnly: options.readOnly ?? false,
    source: options.source ?? null,
  };
}
