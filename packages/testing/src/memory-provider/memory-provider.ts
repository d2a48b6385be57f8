import { KalendsError } from "@kalends/model";
import type { CalendarObject, CalendarProvider, PassKind, PulledPage, PullReach, PullRequest, QuarantinedItem, RemoteCalendar } from "@kalends/model";
import { MemoryConsent } from "./memory-consent.ts";
import { MemoryWatches, readMemoryNotification } from "./memory-watches.ts";

interface MemoryItem {
  revision: string;
  /** Position in the calendar's history at which the item got its present state. */
  at: number;
  /** `null`: gone, remembered as a tombstone. */
  objects: CalendarObject[] | null;
  broken: boolean;
}

/** What may go wrong at a pull; consumed by the next call that it fits. */
export type MemoryFault = KalendsError | ((request: PullRequest) => PulledPage | null);

/** One calendar of the memory provider, as a test moves it. */
export interface MemoryCalendar {
  put(remoteKey: string, object: CalendarObject | CalendarObject[]): void;
  remove(remoteKey: string): void;
  /** The item stays and cannot be read any more. */
  break(remoteKey: string): void;
  /** Every position handed out so far is forgotten. */
  expireCursors(): void;
  /** Keys that exist now. */
  keys(): string[];
  objects(): CalendarObject[];
}

/**
 * A whole provider in memory, with real history: positions, tombstones, paging, dead cursors, faults by script. For tests of
 * engines and applications that need a provider and no network.
 */
export interface MemoryProvider extends CalendarProvider {
  calendar(remoteKey: string): MemoryCalendar;
  deleteCalendar(remoteKey: string): void;
  rename(remoteKey: string, name: string): void;
  /** Throws this, or answers that, at the next pulls; one each. */
  readonly faults: MemoryFault[];
  /** The next listings of calendars. */
  readonly listFaults: (KalendsError | RemoteCalendar[])[];
  readonly consent: MemoryConsent;
  readonly watches: MemoryWatches;
  /** Every pull so far: kind of question and calendar. */
  readonly pulls: { calendar: string; cursor: string | null; pageToken: string | null; reach: PullReach | undefined }[];
}

export interface MemoryProviderOptions {
  id?: string;
  /** Items a page. Default 100. */
  pageSize?: number;
  /** Ms since the epoch, for channels that end by themselves. Default: they never do. */
  now?: () => number;
  /** What this provider cannot do. */
  without?: readonly ("consent" | "watches")[];
}

class History implements MemoryCalendar {
  readonly items: Map<string, MemoryItem> = new Map();
  name: string;
  position = 0;
  oldest = 0;

  constructor(name: string) {
    this.name = name;
  }

  put(remoteKey: string, object: CalendarObject | CalendarObject[]): void {
    this.position += 1;
    const revision = `r${this.position}`;
    const objects = [object].flat().map((one) => ({ ...one, remoteKey, revision }));
    this.items.set(remoteKey, { revision, at: this.position, objects, broken: false });
  }

  remove(remoteKey: string): void {
    if (!this.items.get(remoteKey)?.objects) return;
    this.position += 1;
    this.items.set(remoteKey, { revision: "", at: this.position, objects: null, broken: false });
  }

  break(remoteKey: string): void {
    const item = this.items.get(remoteKey);
    if (!item?.objects) throw new Error(`no item ${remoteKey}`);
    this.position += 1;
    this.items.set(remoteKey, { ...item, revision: `r${this.position}`, at: this.position, broken: true });
  }

  expireCursors(): void {
    this.position += 1;
    this.oldest = this.position;
  }

  keys(): string[] {
    return [...this.items].filter(([, item]) => item.objects !== null).map(([key]) => key);
  }

  objects(): CalendarObject[] {
    return [...this.items.values()].flatMap((item) => (item.broken ? [] : (item.objects ?? [])));
  }
}

export function memoryProvider(options: MemoryProviderOptions = {}): MemoryProvider {
  const pageSize = options.pageSize ?? 100;
  const calendars = new Map<string, History>();
  const consent = new MemoryConsent();
  const watches = new MemoryWatches(options.now ?? (() => 0));
  const without = options.without ?? [];
  const provider: MemoryProvider = {
    id: options.id ?? "memory",
    faults: [],
    listFaults: [],
    pulls: [],
    consent,
    watches,
    calendar: (remoteKey) => {
      const history = calendars.get(remoteKey) ?? new History(remoteKey);
      calendars.set(remoteKey, history);
      return history;
    },
    deleteCalendar: (remoteKey) => void calendars.delete(remoteKey),
    rename: (remoteKey, name) => {
      const history = calendars.get(remoteKey);
      if (history !== undefined) history.name = name;
    },
    listCalendars: async ({ credential }) => {
      consent.check(credential);
      const fault = provider.listFaults.shift();
      if (fault instanceof KalendsError) throw fault;
      return fault ?? [...calendars].map(([remoteKey, { name }]) => ({ remoteKey, name, color: null, timeZone: null, readOnly: false, hints: {} }));
    },
    connect: async (request) => ({
      remoteIdentity: request.identity?.subject ?? request.address,
      label: request.identity?.label ?? request.address,
      endpoint: {},
      calendars: await provider.listCalendars({ endpoint: {}, credential: request.credential }),
    }),
    pullPage: async ({ credential }, request) => {
      consent.check(credential);
      const { cursor, pageToken } = request;
      provider.pulls.push({ calendar: request.calendar.remoteKey, cursor, pageToken, reach: request.reach });
      const fault = provider.faults.shift();
      if (fault instanceof KalendsError) throw fault;
      const answer = fault?.(request);
      if (answer) return answer;
      const history = calendars.get(request.calendar.remoteKey);
      if (history === undefined) throw new KalendsError("calendar-gone", "The calendar is not there");
      return pullFrom(history, request, pageSize);
    },
    ...(without.includes("consent") ? {} : consentCalls(consent)),
    ...(without.includes("watches") ? {} : watchCalls(watches, consent, (remoteKey) => calendars.has(remoteKey))),
  };
  return provider;
}

function consentCalls(consent: MemoryConsent): Pick<CalendarProvider, "authorizationUrl" | "exchangeCode" | "revokeGrant"> {
  return {
    authorizationUrl: (request) => consent.address(request),
    exchangeCode: (request) => consent.exchange(request),
    revokeGrant: (request) => consent.revoke(request),
  };
}

type WatchCalls = Pick<CalendarProvider, "watchResource" | "watchCalendar" | "watchCalendarList" | "unwatch" | "readNotification">;

function watchCalls(watches: MemoryWatches, consent: MemoryConsent, isThere: (remoteKey: string) => boolean): WatchCalls {
  return {
    watchResource: "calendar",
    watchCalendar: async ({ credential }, { calendar, ...request }) => {
      consent.check(credential);
      if (!isThere(calendar.remoteKey)) throw new KalendsError("calendar-gone", "The calendar is not there");
      return watches.watch(calendar.remoteKey, request);
    },
    watchCalendarList: async ({ credential }, request) => {
      consent.check(credential);
      return watches.watch(null, request);
    },
    unwatch: async ({ credential }, request) => {
      consent.check(credential);
      await watches.unwatch(request);
    },
    readNotification: readMemoryNotification,
  };
}

async function pullFrom(history: History, request: PullRequest, pageSize: number): Promise<PulledPage> {
  const since = request.cursor === null ? null : Number(request.cursor);
  if (since !== null && (Number.isNaN(since) || since < history.oldest)) throw new KalendsError("cursor-expired", "The position is forgotten");
  const memo = request.memo as Map<string, [string, MemoryItem][] | number>;
  if (request.pageToken === null) {
    const wanted = [...history.items].filter(([, item]) => (since === null ? item.objects !== null : item.at > since));
    memo.set("items", wanted);
    memo.set("position", history.position);
  }
  const items = memo.get("items") as [string, MemoryItem][];
  const start = Number(request.pageToken ?? "0");
  const slice = items.slice(start, start + pageSize);
  const known = since === null ? await request.revisionsOf(slice.map(([key]) => key)) : new Map<string, string>();
  const pass: PassKind = since === null ? "snapshot" : "delta";
  const page: PulledPage = { pass, objects: [], present: [], removed: [], quarantined: [], nextPageToken: null, nextCursor: null, expectedItems: items.length };
  const give = request.take ?? ((object: CalendarObject) => void page.objects.push(object));
  for (const [key, item] of slice) {
    if (item.objects === null) page.removed.push(key);
    else if (item.broken) page.quarantined.push(brokenItem(key, item));
    else if (known.get(key) === item.revision) page.present.push(key);
    else for (const object of item.objects) give(within(object, request.reach));
  }
  if (start + pageSize < items.length) page.nextPageToken = String(start + pageSize);
  else page.nextCursor = String(memo.get("position"));
  return page;
}

/** What is not asked for does not leave the provider. */
function within(object: CalendarObject, reach: PullReach | undefined): CalendarObject {
  if (reach === undefined || (reach.titles && reach.content && reach.descriptions)) return object;
  const events = object.events.map(({ content, ...rest }) => {
    const { title, description, ...others } = content ?? {};
    const kept = {
      ...(reach.content ? others : {}),
      ...(reach.titles && title !== undefined ? { title } : {}),
      ...(reach.descriptions && description !== undefined ? { description } : {}),
    };
    return Object.keys(kept).length === 0 ? rest : { ...rest, content: kept };
  });
  return { ...object, events };
}

function brokenItem(remoteKey: string, item: MemoryItem): QuarantinedItem {
  return { remoteKey, revision: item.revision, code: "object-invalid", reason: "The item cannot be read" };
}
