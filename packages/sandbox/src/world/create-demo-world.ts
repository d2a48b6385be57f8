import type { Clock } from "@kalends/model";
import { startCaldavSandbox, type CaldavSandbox, type CaldavSandboxOptions } from "../caldav/start-caldav-sandbox.ts";
import { seededRandom } from "../clock/seeded-random.ts";
import { mondayOf } from "./civil-date.ts";
import { DemoDiary } from "./demo-diary.ts";
import { demoPeople } from "./demo-people.ts";
import { pick } from "./plan-demo-events.ts";

export interface DemoWorldOptions {
  clock: Clock;
  /** The same seed and the same now give the same world. Default 1. */
  seed?: number;
  /** Further options of the server underneath. */
  sandbox?: Partial<Omit<CaldavSandboxOptions, "clock" | "users">>;
}

/** A person of the demo world with the login to their calendars. */
export interface DemoPerson {
  /** Short name; also the login name. */
  id: string;
  name: string;
  /** IANA zone in which the person lives. */
  zone: string;
  username: string;
  /** Drawn from the seed: a secret of the sandbox only. */
  password: string;
  calendars: { name: string; displayName: string }[];
}

/** Four people in four zones on a CalDAV sandbox. */
export interface DemoWorld {
  readonly sandbox: CaldavSandbox;
  /** Address to connect to. */
  readonly url: string;
  readonly allowHost: string;
  readonly people: readonly DemoPerson[];
  /** Makes one random change in the current week. Returns what happened in plain words, such as `Chie moved a meeting`. */
  editOnce(): Promise<string>;
  /** Edits again and again, by the clock, until the returned function is called. */
  startEditing(everyMs: number, onEdit?: (sentence: string) => void): () => void;
  close(): Promise<void>;
}

/** Starts a CalDAV sandbox with four busy people. The week of the clock's now is always populated. */
export async function createDemoWorld(options: DemoWorldOptions): Promise<DemoWorld> {
  const { clock } = options;
  const random = seededRandom(options.seed ?? 1);
  const people = demoPeople.map((plan): DemoPerson => {
    const password = Buffer.from(random.bytes(12)).toString("base64url");
    const calendars = plan.calendars.map(({ name, displayName }) => ({ name, displayName }));
    return { id: plan.id, name: plan.name, zone: plan.zone, username: plan.id, password, calendars };
  });
  const sandbox = await startCaldavSandbox({
    ...options.sandbox,
    clock,
    users: people.map(({ username, password, name }) => ({ name: username, password, displayName: name, calendars: [] })),
  });
  const monday = mondayOf(clock.now());
  const diaries = demoPeople.map((plan) => {
    const user = sandbox.user(plan.id);
    for (const { name, displayName, color } of plan.calendars) user.createCalendar(name, { displayName, color });
    return new DemoDiary(plan, user, monday, random, () => clock.now());
  });

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
    url: sandbox.url,
    allowHost: sandbox.allowHost,
    people,
    editOnce,
    startEditing,
    close() {
      for (const stop of stops) stop();
      return sandbox.close();
    },
  };
}
