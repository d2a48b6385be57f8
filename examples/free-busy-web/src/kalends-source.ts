import type { FreeBusySource, PageError, PageFreshness, PageNews, PageOffer, PagePeriod, PageStatus } from "./free-busy-source.ts";

interface Change {
  sequence: number;
  kind: string;
  accountId: string;
  at: number;
}

interface CalendarAnswer {
  calendarId: string;
  accountId: string;
  periods: PagePeriod[];
  freshness: { state: PageFreshness };
}

interface StatusAnswer {
  connectionId: string;
  accountId: string;
  provider: string;
  state: string;
  error: PageError | null;
  calendars: { calendarId: string; name: string; phase: string; lastSuccess: string | null; error: PageError | null }[];
}

interface Account {
  id: string;
  externalId: string | null;
  displayName: string | null;
  timeZone: string;
}

/** What the page uses of a Kalends instance. Written out here, so that this file imports nothing and shows how little it takes. */
export interface KalendsForPage {
  listAccounts(): Promise<Account[]>;
  freeBusy(request: { accounts: readonly string[]; from: string; to: string; whenStale: "ignore" }): Promise<{
    calendars: CalendarAnswer[];
    accounts: { accountId: string; periods: PagePeriod[]; complete: boolean }[];
    merged: PagePeriod[];
  }>;
  status(): Promise<StatusAnswer[]>;
  changes(since: number, limit: number): Promise<Change[]>;
  changesHead(): Promise<number>;
  onChange(listener: () => void): () => void;
  sync(): Promise<unknown>;
}

export interface KalendsSourceOptions {
  /** Providers that the page offers: to a person without a connection, and to one whose connection has to be mended. */
  connect?: readonly { provider: string; name: string }[];
  /** How often to look for changes that another process synced into the same database, in ms. Default 3,000. */
  lookEveryMs?: number;
  /** Called when the change feed could not be read; the page looks again by itself. */
  onError?(thrown: unknown): void;
}

/** Feeds the page from a Kalends instance. Every account is a person; stale calendars are shown as last known, and marked. */
export function kalendsSource(kalends: KalendsForPage, options: KalendsSourceOptions = {}): FreeBusySource {
  const people: FreeBusySource["people"] = async () => {
    const accounts = await kalends.listAccounts();
    const named = accounts.map((account) => ({ id: account.id, name: nameOf(account), zone: account.timeZone }));
    return named.sort((left, right) => left.name.localeCompare(right.name, "en"));
  };
  return {
    people,
    freeBusy: async ({ personIds, from, to }) => {
      if (personIds.length === 0) return { people: [], merged: [] };
      const answer = await kalends.freeBusy({ accounts: personIds, from, to, whenStale: "ignore" });
      const ofPeople = answer.accounts.map(({ accountId, periods, complete }) => ({
        personId: accountId,
        periods,
        complete,
        calendars: answer.calendars
          .filter((calendar) => calendar.accountId === accountId)
          .map((calendar) => ({ id: calendar.calendarId, periods: calendar.periods, freshness: calendar.freshness.state })),
      }));
      return { people: ofPeople, merged: answer.merged };
    },
    status: () => readStatus(kalends, options.connect ?? []),
    subscribe: (listener) => followChanges(kalends, listener, options),
    syncNow: async () => {
      await kalends.sync();
    },
  };
}

function nameOf({ displayName, externalId, id }: Account): string {
  return displayName ?? externalId ?? id;
}

async function readStatus(kalends: KalendsForPage, offered: NonNullable<KalendsSourceOptions["connect"]>): Promise<PageStatus[]> {
  // One that was disconnected on purpose says nothing any more.
  const connections = (await kalends.status()).filter(({ state }) => state !== "disconnected");
  const accounts = (await kalends.listAccounts()).map(({ id }) => id);
  if (accounts.length === 0) return [];
  const freshness = new Map<string, PageFreshness>();
  // Any range will do: what counts as fresh is the engine's setting, and this asks the engine.
  const range = { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:01:00Z" };
  const answer = await kalends.freeBusy({ accounts, ...range, whenStale: "ignore" });
  for (const calendar of answer.calendars) freshness.set(calendar.calendarId, calendar.freshness.state);
  return accounts.map((accountId) => {
    const own = connections.filter((connection) => connection.accountId === accountId);
    const calendars = own.flatMap((connection) => connection.calendars).filter(({ calendarId }) => freshness.has(calendarId));
    calendars.sort((left, right) => left.name.localeCompare(right.name, "en"));
    return {
      personId: accountId,
      offers: offersFor(own, offered),
      error: own.find(({ error }) => error !== null)?.error ?? null,
      calendars: calendars.map(({ calendarId, name, phase, lastSuccess, error }) => ({
        id: calendarId,
        name,
        freshness: freshness.get(calendarId) ?? "never",
        syncing: phase === "syncing" || phase === "first-sync",
        lastSuccess,
        error,
      })),
    };
  });
}

/** What has to be mended, or, for a person without any connection, everything that can be connected. */
function offersFor(own: readonly StatusAnswer[], offered: NonNullable<KalendsSourceOptions["connect"]>): PageOffer[] {
  return offered.flatMap(({ provider, name }): PageOffer[] => {
    if (own.length === 0) return [{ provider, name, connectionId: null }];
    const broken = own.filter((connection) => connection.provider === provider && connection.state === "needs-reauth");
    return broken.map(({ connectionId }) => ({ provider, name, connectionId }));
  });
}

/** Turns the change feed into news. Woken by this process's own commits at once, and by other processes' within `lookEveryMs`. */
function followChanges(kalends: KalendsForPage, listener: (news: PageNews) => void, options: KalendsSourceOptions): () => void {
  let since: number | null = null;
  let ended = false;
  let line: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    if (since === null) {
      since = await kalends.changesHead();
      return;
    }
    const records: Change[] = [];
    for (let page = await kalends.changes(since, 1_000); page.length > 0; page = await kalends.changes(since, 1_000)) {
      for (const record of page) records.push(record);
      since = page.at(-1)?.sequence ?? since;
    }
    if (records.length === 0 || ended) return;
    const names = new Map((await kalends.listAccounts()).map((account) => [account.id, nameOf(account)]));
    for (const news of newsOf(records, names)) listener(news);
  };
  const queue = (): void => {
    line = line.then(() => (ended ? undefined : look())).catch((thrown: unknown) => options.onError?.(thrown));
  };
  queue();
  const timer = setInterval(queue, options.lookEveryMs ?? 3_000);
  timer.unref();
  const unsubscribe = kalends.onChange(queue);
  return () => {
    ended = true;
    clearInterval(timer);
    unsubscribe();
  };
}

const words = new Map([
  ["object-created", ["event added", "events added"]],
  ["object-updated", ["event changed", "events changed"]],
  ["object-removed", ["event removed", "events removed"]],
  ["calendar-added", ["calendar added", "calendars added"]],
  ["calendar-changed", ["calendar changed", "calendars changed"]],
  ["calendar-removed", ["calendar removed", "calendars removed"]],
  ["connection-changed", ["connection changed", "connections changed"]],
]);

/** One line per person and kind of change: a first sync of 10,000 events is one piece of news, not 10,000. */
function newsOf(records: readonly Change[], names: ReadonlyMap<string, string>): PageNews[] {
  const groups = new Map<string, { first: Change; count: number }>();
  for (const record of records) {
    const key = `${record.accountId} ${record.kind}`;
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { first: record, count: 1 });
  }
  return Array.from(groups.values(), ({ first, count }) => {
    const [one, many] = words.get(first.kind) ?? ["something changed", "things changed"];
    const name = names.get(first.accountId) ?? "Somebody";
    const text = count === 1 ? `${name}: ${one}` : `${name}: ${count} ${many}`;
    return { at: new Date(first.at).toISOString(), personId: first.accountId, text };
  });
}
