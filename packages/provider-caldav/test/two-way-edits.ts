import { KalendsError, type CalendarEvent, type CalendarObject, type CalendarProvider, type Random, type RemoteKey, type Revision } from "@kalends/model";
import type { ProviderHarness, ProviderMirror } from "@kalends/testing";
import { eventStates, iCalendarText, objectState, type PlainEvent } from "./event-states.ts";
import { endsWithFaults } from "./write-faults.ts";

/** One of the two calendars, with our replica of it. */
interface Side {
  name: string;
  mirror: ProviderMirror;
  /** What our own writes told since the last quiet point: newer than the replica. */
  told: Map<string, { remoteKey: RemoteKey; revision: Revision; object: CalendarObject } | null>;
  /** What the server may hold of each UID; `""`: nothing. More than one where an answer was lost. */
  allowed: Map<string, Set<string>>;
  /** Touched by the other client since our last reading: our writes may run into a conflict. */
  foreign: Set<string>;
}

/** A write of ours whose answer was lost; it is repeated until its outcome is certain. */
interface Pending {
  side: Side;
  uid: string;
  what: string;
  wanted: string;
  again(): Promise<string>;
}

/** Another client's edit right before our write reached the server. */
export interface Race {
  path: string;
  method: string;
}

type Change = (events: readonly CalendarEvent[]) => CalendarEvent[];

/**
 * Random edits of two calendars by us, through the write port, and by another client: created, changed, moved in time and between calendars,
 * overridden, deleted, made again under the same name. Keeps a ledger of what the server may hold, so that a lost or overwritten edit shows.
 */
export class TwoWayEdits {
  readonly tale: string[] = [];
  readonly counts = { done: 0, conflicts: 0, uncertain: 0, races: 0 };
  /** Armed by the proxy's side: the next write of ours meets another client. Answers what it did, or `null`. */
  race: Race | null = null;
  /** Revisions are told wrongly or not at all at the moment: conflicts without a cause, and guards that guard nothing, are the server's. */
  isLying = false;
  private pending: Pending[] = [];
  private step = 0;
  private readonly sides: readonly Side[];
  private readonly harness: ProviderHarness;
  private readonly random: Random;

  constructor(harness: ProviderHarness, mirrors: ReadonlyMap<string, ProviderMirror>, random: Random) {
    this.harness = harness;
    this.random = random;
    this.sides = [...mirrors].map(([name, mirror]) => ({ name, mirror, told: new Map(), allowed: new Map(), foreign: new Set() }));
  }

  async next(): Promise<void> {
    this.step += 1;
    const side = this.pick(this.sides);
    const uid = this.pick(uids);
    if (this.random.uniform() < 0.4) return await this.theirEdit(side, uid);
    // A write of ours that is in doubt comes first, as in every queue of writes.
    if (this.pending.some((each) => each.uid === uid)) await this.resolve(uid);
    if (this.pending.some((each) => each.uid === uid)) return;
    await this.ourEdit(side, uid);
  }

  /** Repeats every write in doubt. Call it where the faults are over. */
  async settle(): Promise<void> {
    for (let tries = 0; this.pending.length > 0 && tries < 6; tries += 1) for (const uid of new Set(this.pending.map((each) => each.uid))) await this.resolve(uid);
    if (this.pending.length > 0) throw new Error(`still in doubt without faults: ${this.pending.map(({ what }) => what).join(", ")}`);
  }

  /** Reads both replicas anew; `fresh` distrusts what was read under lies. */
  async read(fresh: boolean): Promise<void> {
    for (const { mirror, told, foreign } of this.sides) {
      if (fresh || mirror.quarantined.length > 0) mirror.cursor = null;
      await mirror.pull({ thorough: fresh }).catch(async (thrown: unknown) => {
        if ((thrown as { code?: string }).code !== "cursor-expired") throw thrown;
        await mirror.pull();
      });
      told.clear();
      foreign.clear();
    }
  }

  /** Our replica was read under faults: what it says of revisions, and of what is there, may be old. */
  doubt(): void {
    for (const { foreign } of this.sides) for (const uid of uids) foreign.add(uid);
  }

  /** The replica is the server's, each object is there once, and says what it may. */
  async check(): Promise<string[]> {
    const wrong: string[] = [];
    for (const { name, mirror, allowed } of this.sides) {
      const there = await this.serverStates(name);
      const found = new Map<string, string>();
      for (const { uid, state } of there) {
        if (found.has(uid)) wrong.push(`${name} holds ${uid} twice`);
        found.set(uid, state);
      }
      for (const uid of uids) {
        const state = found.get(uid) ?? "";
        const may = allowed.get(uid) ?? new Set([""]);
        if (!may.has(state)) wrong.push(`${name} ${uid} is "${state}" and may be ${[...may].map((each) => `"${each}"`).join(" or ")}`);
        allowed.set(uid, new Set([state]));
        const object = mirror.objectOf(uid);
        const replica = object === null ? "" : objectState(object);
        if (replica !== state) wrong.push(`the replica of ${name} says "${replica}" of ${uid}, the server "${state}"`);
      }
      if (mirror.uids.length !== found.size) wrong.push(`the replica of ${name} holds ${mirror.uids.length} objects, the server ${found.size}`);
    }
    return wrong;
  }

  /** The other client changes or makes the item that our write is about to reach. Answers whether it did. */
  async raceAt(method: string, path: string): Promise<boolean> {
    const [calendar = "", item = ""] = path.split("/").slice(-2).map(decodeURIComponent);
    const side = this.sides.find(({ name }) => name === calendar);
    const uid = uids.find((each) => this.nameOf.get(`${calendar}/${item}`) === each) ?? uids.find((each) => `${each}.ics` === item);
    if (side === undefined || uid === undefined) return false;
    const event = this.newEvent(uid, "Race");
    await this.harness.remote.put(calendar, item, iCalendarText(uid, [event]));
    side.allowed.set(uid, new Set([eventStates([event])]));
    side.foreign.add(uid);
    this.race = { method, path };
    this.counts.races += 1;
    this.note(`  meanwhile they write ${calendar}/${item}`);
    return true;
  }

  private readonly nameOf = new Map<string, string>();

  private async theirEdit(side: Side, uid: string): Promise<void> {
    const there = (await this.serverStates(side.name)).find((each) => each.uid === uid);
    const name = there?.name ?? `${uid.replace(/[^\w-]/g, "_")}.ics`;
    // A second item of one UID is the other client's fault, and no subject here: what we may still make waits.
    if (there === undefined && this.pending.some((each) => each.uid === uid && each.side === side)) return;
    if (there === undefined && !isPlain(uid)) return;
    this.nameOf.set(`${side.name}/${name}`, uid);
    side.foreign.add(uid);
    if (there !== undefined && this.random.uniform() < 0.3) {
      await this.harness.remote.delete(side.name, name);
      side.allowed.set(uid, new Set([""]));
      this.note(`they delete ${side.name}/${name}`);
      return;
    }
    const event = this.newEvent(uid, "Theirs");
    await this.harness.remote.put(side.name, name, iCalendarText(uid, [event]));
    side.allowed.set(uid, new Set([eventStates([event])]));
    this.note(`they write ${side.name}/${name}: ${event.title}`);
  }

  private async ourEdit(side: Side, uid: string): Promise<void> {
    const known = this.known(side, uid);
    if (known === null) return await this.create(side, uid);
    const roll = this.random.uniform();
    const title = `Ours ${this.step}`;
    if (roll < 0.3) return await this.change(side, uid, `retitle ${title}`, (events) => events.map((event) => ({ ...event, content: { ...event.content, title } })));
    if (roll < 0.5) {
      const hour = 6 + Math.floor(this.random.uniform() * 12);
      return await this.change(side, uid, `move to ${hour} h`, (events) => events.filter((event) => event.recurrenceId === undefined).map((event) => atHour(event, hour, title)));
    }
    if (roll < 0.7 && (known.object.events[0]?.rules?.length ?? 0) > 0) return await this.change(side, uid, "override", (events) => withOverride(events, title));
    if (roll < 0.85) return void (await this.remove(side, uid));
    const other = this.sides.find((each) => each !== side);
    if (other === undefined || this.known(other, uid) !== null) return;
    if (await this.remove(side, uid)) await this.create(other, uid);
  }

  private known(side: Side, uid: string): { remoteKey: RemoteKey; revision: Revision; object: CalendarObject } | null {
    const told = side.told.get(uid);
    if (told !== undefined) return told;
    const item = side.mirror.itemOf(uid);
    const object = side.mirror.objectOf(uid);
    return item === null || object === null ? null : { ...item, object };
  }

  private async create(side: Side, uid: string): Promise<void> {
    const plain = this.newEvent(uid, "Ours");
    const object: CalendarObject = { remoteKey: "", revision: null, uid, events: [modelEvent(uid, plain)] };
    await this.write(side, uid, `create ${side.name} ${uid}: ${plain.title}`, () => eventStates([plain]), (put) => put(this.harness.access, { calendar: side.mirror.calendar, target: null, object, notify: false }));
  }

  private async change(side: Side, uid: string, what: string, change: Change): Promise<void> {
    const target = this.known(side, uid);
    if (target === null) return;
    let wanted = "";
    const object = (current: CalendarObject | null): CalendarObject => {
      if (current === null) throw new Error("there is no current object");
      const changed = { ...current, events: change(current.events) };
      wanted = objectState(changed);
      return changed;
    };
    await this.write(side, uid, `${what} ${side.name} ${uid} at ${target.revision}`, () => wanted, (put) => put(this.harness.access, { calendar: side.mirror.calendar, target, object, notify: false }));
  }

  private async write(side: Side, uid: string, what: string, wanted: () => string, send: (put: NonNullable<CalendarProvider["putObject"]>) => ReturnType<NonNullable<CalendarProvider["putObject"]>>): Promise<void> {
    const put = this.harness.provider.putObject?.bind(this.harness.provider);
    if (put === undefined) throw new Error("the adapter has no write port");
    const attempt = (): Promise<string> =>
      this.outcome(side, uid, what, wanted, async () => {
        const result = await send(put);
        this.nameOf.set(`${side.name}/${decodeURIComponent(result.remoteKey.split("/").at(-1) ?? "")}`, uid);
        side.told.set(uid, { ...result, object: result.stored });
      });
    if ((await attempt()) === "uncertain") this.pending.push({ side, uid, what, wanted: wanted(), again: attempt });
  }

  private async remove(side: Side, uid: string): Promise<boolean> {
    const target = this.known(side, uid);
    const { provider, access } = this.harness;
    if (target === null || provider.deleteObject === undefined) return false;
    const what = `delete ${side.name} ${uid} at ${target.revision}`;
    const attempt = (): Promise<string> =>
      this.outcome(side, uid, what, () => "", async () => {
        await provider.deleteObject?.(access, { calendar: side.mirror.calendar, target, notify: false });
        side.told.set(uid, null);
      });
    const first = await attempt();
    if (first === "uncertain") this.pending.push({ side, uid, what, wanted: "", again: attempt });
    return first === "done";
  }

  /** Runs one write of ours and enters in the ledger what it may have done. */
  private async outcome(side: Side, uid: string, what: string, wanted: () => string, send: () => Promise<void>): Promise<string> {
    this.race = null;
    const before = side.allowed.get(uid) ?? new Set([""]);
    const isRaced = (): boolean => this.race !== null && !this.isLying;
    try {
      await send();
      this.note(`we ${what}: done`);
      this.counts.done += 1;
      if (isRaced()) throw new Error(`${what} overwrote another client's edit`);
      side.allowed.set(uid, new Set([wanted()]));
      return "done";
    } catch (thrown) {
      if (!(thrown instanceof KalendsError)) throw thrown;
      this.note(`we ${what}: ${thrown.code} (${thrown.message})`);
      if (thrown.failure === "conflict") {
        this.counts.conflicts += 1;
        if (!side.foreign.has(uid) && !this.isLying) throw new Error(`${what} ran into a conflict and nobody else has touched it`, { cause: thrown });
        return "conflict";
      }
      if (!endsWithFaults(thrown)) throw new Error(`${what} failed with ${thrown.code}`, { cause: thrown });
      this.counts.uncertain += 1;
      if (this.race === null) side.allowed.set(uid, new Set([...before, wanted()]));
      else if (this.isLying) side.allowed.get(uid)?.add(wanted());
      return "uncertain";
    }
  }

  private async resolve(uid: string): Promise<void> {
    for (const each of this.pending.filter((pending) => pending.uid === uid)) {
      if ((await each.again()) !== "uncertain") this.pending = this.pending.filter((pending) => pending !== each);
    }
  }

  private async serverStates(name: string): Promise<{ uid: string; name: string; state: string }[]> {
    const { list, get } = this.harness.remote;
    if (list === undefined || get === undefined) throw new Error("the other client cannot read");
    const found: { uid: string; name: string; state: string }[] = [];
    for (const item of await list(name)) {
      const text = await get(name, item);
      found.push({ uid: /^UID:(.+?)\r?$/m.exec(text)?.[1] ?? "", name: item, state: eventStates(text) });
    }
    return found;
  }

  private newEvent(uid: string, who: string): PlainEvent {
    const day = 1 + Math.floor(this.random.uniform() * 20);
    return { start: `202603${String(day).padStart(2, "0")}T0${Math.floor(this.random.uniform() * 10)}0000Z`, title: `${who} ${this.step}`, weekly: uid.endsWith("s"), recurrenceId: "" };
  }

  private note(line: string): void {
    this.tale.push(`${this.step}: ${line}`);
  }

  private pick<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.random.uniform() * choices.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }
}

/** Names that end in `s` are series; those with an `@` cannot be names of items, and only we make them. */
const uids = ["two-way-1", "two-way-2", "two-way-3s", "two-way-4s", "two-way-5@example.test", "two-way-6@example.tests"];
const isPlain = (uid: string): boolean => !uid.includes("@");

const dashed = (stamp: string): string => stamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6");
const utc = (value: string): { kind: "utc"; value: string } => ({ kind: "utc", value });

function modelEvent(uid: string, { start, title, weekly }: PlainEvent): CalendarEvent {
  const value = dashed(start);
  return { uid, start: utc(value), end: utc(`${value.slice(0, 14)}30:00`), ...(weekly ? { rules: ["FREQ=WEEKLY;COUNT=4"] } : {}), status: "confirmed", transparent: false, visibility: "public", content: { title } };
}

/** At another hour of its day. A series loses its overrides with that, for they name hours that are no more. */
function atHour(event: CalendarEvent, hour: number, title: string): CalendarEvent {
  const head = `${event.start.value.slice(0, 11)}${String(hour).padStart(2, "0")}`;
  const { duration: _duration, ...rest } = event;
  return { ...rest, start: utc(`${head}:00:00`), end: utc(`${head}:30:00`), content: { ...event.content, title } };
}

/** The second occurrence of a weekly series, two hours later and under a title of its own. */
function withOverride(events: readonly CalendarEvent[], title: string): CalendarEvent[] {
  const [master] = events;
  if (master === undefined) return [];
  const second = new Date(Date.parse(`${master.start.value}Z`) + 7 * 86_400_000);
  const at = (ms: number): { kind: "utc"; value: string } => utc(new Date(ms).toISOString().slice(0, 19));
  const { rules: _rules, ...single } = master;
  const override = { ...single, recurrenceId: at(second.getTime()), start: at(second.getTime() + 7_200_000), end: at(second.getTime() + 9_000_000), content: { ...master.content, title } };
  return [master, override];
}
