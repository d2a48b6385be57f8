import type { Random } from "@kalends/model";
import type { CaldavClient } from "@kalends/testing";

/** One event of the other client's diary; it starts at an hour of `day` and, as a series, comes back for three weeks. */
interface DiaryEvent {
  uid: string;
  day: number;
  hour: number;
  version: number;
  isSeries: boolean;
  /** Week of the series (1 or 2) whose instance was moved by an hour, under which version. */
  moved: { week: number; version: number } | null;
}

/** What an occurrence list must say of one occurrence. */
export interface DiaryOccurrence {
  uid: string;
  start: string;
  title: string;
}

const two = (value: number): string => String(value).padStart(2, "0");
const dayMs = 86_400_000;

/**
 * A diary that another client keeps in several calendars at random: it creates, changes, moves, overrides, deletes and writes again under
 * the same name. Knows at any time what the calendars hold; shares no code with Kalends.
 */
export class RandomDiary {
  readonly calendars: ReadonlyMap<string, Map<string, DiaryEvent>>;
  private readonly client: CaldavClient;
  private readonly random: Random;
  private readonly today: number;
  private readonly deleted: { path: string; name: string; event: DiaryEvent }[] = [];
  private made = 0;

  constructor(client: CaldavClient, paths: readonly string[], random: Random, now: number) {
    this.client = client;
    this.random = random;
    this.today = Math.floor(now / dayMs) * dayMs;
    this.calendars = new Map(paths.map((path) => [path, new Map<string, DiaryEvent>()]));
  }

  /** One random edit; answers what it was, for the reader of a failure. */
  async step(): Promise<string> {
    const [path, events] = this.pick([...this.calendars]);
    const names = [...events.keys()];
    const roll = this.random.uniform();
    if (names.length === 0 || roll < 0.25) return await this.create(path, events);
    const name = this.pick(names);
    const event = events.get(name);
    if (event === undefined) throw new Error("the diary lost an event");
    if (roll < 0.45) return await this.write("change", path, name, { ...event, version: event.version + 1, hour: 6 + this.below(12) });
    if (roll < 0.6) return event.isSeries ? await this.override(path, name, event) : await this.write("change", path, name, { ...event, version: event.version + 1 });
    if (roll < 0.75) return await this.move(path, name, event);
    if (roll < 0.9) return await this.remove(path, name, event);
    return await this.recreate(path);
  }

  /** All occurrences of a calendar, ordered. */
  occurrencesOf(path: string): DiaryOccurrence[] {
    return ordered([...(this.calendars.get(path)?.values() ?? [])].flatMap((event) => this.occurrences(event)));
  }

  private async create(path: string, events: Map<string, DiaryEvent>): Promise<string> {
    this.made += 1;
    const uid = `diary-${this.made}@example.test`;
    // Some names that need escapes; all servers at hand take these.
    const name = this.made % 7 === 0 ? `diary ${this.made} ü.ics` : `diary-${this.made}.ics`;
    const event: DiaryEvent = { uid, day: this.below(120), hour: 6 + this.below(12), version: 0, isSeries: this.random.uniform() < 0.3, moved: null };
    if (events.has(name)) throw new Error("a name came twice");
    return await this.write("create", path, name, event);
  }

  private async override(path: string, name: string, event: DiaryEvent): Promise<string> {
    const version = event.version + 1;
    return await this.write("override", path, name, { ...event, version, moved: { week: 1 + this.below(2), version } });
  }

  /** Leaves the one calendar before it enters the other, as clients do that know no MOVE. */
  private async move(path: string, name: string, event: DiaryEvent): Promise<string> {
    const others = [...this.calendars.keys()].filter((other) => other !== path);
    if (others.length === 0) return await this.remove(path, name, event);
    await this.client.delete(path + encodeURIComponent(name));
    this.calendars.get(path)?.delete(name);
    return await this.write("move", this.pick(others), name, { ...event, version: event.version + 1 });
  }

  private async remove(path: string, name: string, event: DiaryEvent): Promise<string> {
    await this.client.delete(path + encodeURIComponent(name));
    this.calendars.get(path)?.delete(name);
    this.deleted.push({ path, name, event });
    return `delete ${path}${name}`;
  }

  private async recreate(path: string): Promise<string> {
    const last = this.deleted.pop();
    const events = this.calendars.get(path);
    if (last === undefined || events === undefined) return await this.create(path, this.calendars.get(path) ?? new Map());
    return await this.write("recreate", last.path, last.name, { ...last.event, version: last.event.version + 1 });
  }

  private async write(what: string, path: string, name: string, event: DiaryEvent): Promise<string> {
    await this.client.put(path + encodeURIComponent(name), this.text(event));
    this.calendars.get(path)?.set(name, event);
    return `${what} ${path}${name} version ${event.version}`;
  }

  private startOf(event: DiaryEvent, week: number): number {
    return this.today + (event.day + 7 * week) * dayMs + event.hour * 3_600_000;
  }

  private occurrences(event: DiaryEvent): DiaryOccurrence[] {
    const title = `Diary version ${event.version}`;
    const weeks = event.isSeries ? [0, 1, 2] : [0];
    return weeks.map((week) => {
      const isMoved = event.moved?.week === week;
      const start = new Date(this.startOf(event, week) + (isMoved ? 3_600_000 : 0)).toISOString();
      return { uid: event.uid, start, title: isMoved ? `Moved in version ${event.moved?.version}` : title };
    });
  }

  private text(event: DiaryEvent): string {
    const component = (start: number, more: readonly string[]): string[] => [
      ...["BEGIN:VEVENT", `UID:${event.uid}`, "DTSTAMP:20261101T000000Z", `DTSTART:${stamp(start)}`, `DTEND:${stamp(start + 1_800_000)}`],
      ...[...more, "END:VEVENT"],
    ];
    const title = `SUMMARY:Diary version ${event.version}`;
    const lines = component(this.startOf(event, 0), event.isSeries ? ["RRULE:FREQ=WEEKLY;COUNT=3", title] : [title]);
    if (event.moved !== null) {
      const original = this.startOf(event, event.moved.week);
      lines.push(...component(original + 3_600_000, [`RECURRENCE-ID:${stamp(original)}`, `SUMMARY:Moved in version ${event.moved.version}`]));
    }
    return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//diary//EN", ...lines, "END:VCALENDAR", ""].join("\r\n");
  }

  private below(limit: number): number {
    return Math.floor(this.random.uniform() * limit);
  }

  private pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }
}

export function ordered(occurrences: readonly DiaryOccurrence[]): DiaryOccurrence[] {
  const key = ({ start, uid, title }: DiaryOccurrence): string => `${start} ${uid} ${title}`;
  return [...occurrences].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function stamp(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getUTCFullYear()}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
  return `${day}T${two(date.getUTCHours())}${two(date.getUTCMinutes())}00Z`;
}
