import type { Clock } from "@kalends/model";
import { startCaldavSandbox, type CaldavSandbox, type CaldavSandboxOptions } from "../caldav/start-caldav-sandbox.ts";
import type { GoogleSandboxOptions } from "../google/google-options.ts";
import { startGoogleSandbox, type GoogleSandbox } from "../google/start-google-sandbox.ts";
import { seededRandom } from "../clock/seeded-random.ts";
import { mondayOf } from "./civil-date.ts";
import { caldavCalendars, demoCalendarId, googleCalendars, type DemoCalendars } from "./demo-calendars.ts";
import { DemoDiary } from "./demo-diary.ts";
import { demoPeople, type DemoPersonPlan } from "./demo-people.ts";
import { pick } from "./plan-demo-events.ts";

export interface DemoWorldOptions {
  clock: Clock;
  /** The same seed and the same now give the same world. Default 1. */
  seed?: number;
  /** Further options of the servers underneath. */
  sandbox?: Partial<Omit<CaldavSandboxOptions, "clock" | "users">>;
  google?: Partial<Omit<GoogleSandboxOptions, "clock" | "users">>;
}

/** A person of the demo world with the login to their calendars. */
export interface DemoPerson {
  /** Short name; also the login name at the CalDAV server. */
  id: string;
  provider: "caldav" | "google";
  name: string;
  /** IANA zone in which the person lives. */
  zone: string;
  /** Login name, or the address of the Google account. */
  username: string;
  /** Drawn from the seed: a secret of the sandbox only. Google is connected by consent, without one. */
  password: string;
  calendars: { name: string; displayName: string }[];
}

/** Four people in four zones: two on a CalDAV server, two at Google, both on this machine. */
export interface DemoWorld {
  readonly sandbox: CaldavSandbox;
  readonly google: GoogleSandbox;
  /** Address of the CalDAV server to connect to. */
  readonly url: string;
  /** What to put on a transport's list of allowed hosts. */
  readonly allowHosts: readonly string[];
  readonly people: readonly DemoPerson[];
  /** Makes one random change in the current week. Returns what happened in plain words, such as `Chie moved a meeting`. */
  editOnce(): Promise<string>;
  /** Edits again and again, by the clock, until the returned function is called. */
  startEditing(everyMs: number, onEdit?: (sentence: string) => void): () => void;
  close(): Promise<void>;
}

/** Starts both servers with four busy people. The week of the clock's now is always populated. */
export async function createDemoWorld(options: DemoWorldOptions): Promise<DemoWorld> {
  const { clock } = options;
  const random = seededRandom(options.seed ?? 1);
  const people = demoPeople.map((plan): DemoPerson => personOf(plan, Buffer.from(random.bytes(12)).toString("base64url")));
  const at = (provider: DemoPerson["provider"]): DemoPerson[] => people.filter((person) => person.provider === provider);
  const sandbox = await startCaldavSandbox({
    ...options.sandbox,
    clock,
    users: at("caldav").map(({ username, password, name }) => ({ name: username, password, displayName: name, calendars: [] })),
  });
  const google = await startGoogleSandbox({
    random: seededRandom((options.seed ?? 1) + 1),
    ...options.google,
    clock,
    users: at("google").map(({ username, name, zone }) => ({ email: username, name, timeZone: zone })),
  });
  const monday = mondayOf(clock.now());
  const diaries = demoPeople.map((plan) => new DemoDiary(plan, calendarsOf({ sandbox, google }, plan, () => clock.now()), monday, random));

  const editOnce = async (): Promise<string> => pick(random, diaries).edit(mondayOf(clock.now()));
  const stops = new Set<() => void>();

  function startEditing(everyMs: number, onEdit?: (sentence: string) => void): () => void {
    let cancel = (): void => {};
    const again = (): void => {
      cancel = clock.setTimer(everyMs, () => {
        again();
        void editOnce().then(onEdit);
      });
    };
    const stop = (): void => {
      stops.delete(stop);
      cancel();
    };
    stops.add(stop);
    again();
    return stop;
  }

  return {
    sandbox,
    google,
    url: sandbox.url,
    allowHosts: [sandbox.allowHost, google.allowHost],
    people,
    editOnce,
    startEditing,
    async close() {
      for (const stop of stops) stop();
      await Promise.all([sandbox.close(), google.close()]);
    },
  };
}

function personOf(plan: DemoPersonPlan, password: string): DemoPerson {
  const calendars = plan.calendars.map(({ name, displayName }) => ({ name, displayName }));
  const { id, name, zone, provider } = plan;
  return { id, name, zone, provider, username: provider === "google" ? `${id}@google.sandbox.test` : id, password, calendars };
}

/** Makes a person's calendars at the person's server. */
function calendarsOf(world: Pick<DemoWorld, "sandbox" | "google">, plan: DemoPersonPlan, now: () => number): DemoCalendars {
  if (plan.provider === "caldav") {
    const user = world.sandbox.user(plan.id);
    for (const { name, displayName, color } of plan.calendars) user.createCalendar(name, { displayName, color });
    return caldavCalendars(user, plan.zone, now);
  }
  const user = world.google.user(`${plan.id}@google.sandbox.test`);
  for (const { name, displayName } of plan.calendars) {
    if (name === "work") user.calendar().rename(displayName);
    else user.createCalendar(demoCalendarId(user.email, name), { summary: displayName });
  }
  return googleCalendars(user, plan.zone);
}
