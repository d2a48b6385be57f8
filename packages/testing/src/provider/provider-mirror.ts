import {
  KalendsError,
  type CalendarObject,
  type CalendarProvider,
  type Cursor,
  type PageToken,
  type PassKind,
  type ProviderAccess,
  type PulledPage,
  type QuarantinedItem,
  type RemoteCalendar,
  type RemoteKey,
  type Revision,
  type TimeRange,
} from "@kalends/model";

/** What one pass brought. */
export interface MirroredPass {
  kind: PassKind;
  pages: number;
  /** UIDs of the objects that were handed over, sorted. */
  read: string[];
  /** How many items were only named as unchanged. */
  present: number;
  /** UIDs that the pass took away, sorted. */
  gone: string[];
  expectedItems: number | undefined;
}

interface MirroredItem {
  revision: Revision;
  objects: Map<string, CalendarObject>;
}

/** Where the replica holds an object. */
export interface MirroredItemView {
  remoteKey: RemoteKey;
  revision: Revision;
}

/**
 * The smallest thing that may call itself an engine: it runs passes of one calendar and keeps what they say, by the words of the
 * provider port and nothing else. It throws where a page breaks those words.
 */
export class ProviderMirror {
  readonly #provider: CalendarProvider;
  #asked = 0;
  readonly #access: ProviderAccess;
  readonly #window: TimeRange;
  calendar: RemoteCalendar;
  cursor: Cursor | null = null;
  #items = new Map<RemoteKey, MirroredItem>();
  #quarantined = new Map<RemoteKey, QuarantinedItem>();

  constructor(provider: CalendarProvider, access: ProviderAccess, calendar: RemoteCalendar, window: TimeRange) {
    this.#provider = provider;
    this.#access = access;
    this.calendar = calendar;
    this.#window = window;
  }

  /** UIDs of all kept objects, sorted. */
  get uids(): string[] {
    return [...this.#items.values()].flatMap((item) => [...item.objects.keys()]).sort();
  }

  get quarantined(): QuarantinedItem[] {
    return [...this.#quarantined.values()];
  }

  titleOf(uid: string): string | undefined {
    for (const item of this.#items.values()) {
      const object = item.objects.get(uid);
      if (object !== undefined) return object.events[0]?.content?.title;
    }
    return undefined;
  }

  objectOf(uid: string): CalendarObject | null {
    for (const item of this.#items.values()) {
      const object = item.objects.get(uid);
      if (object !== undefined) return object;
    }
    return null;
  }

  /** The item that holds an object; `null` where none does. */
  itemOf(uid: string): MirroredItemView | null {
    for (const [remoteKey, item] of this.#items) if (item.objects.has(uid)) return { remoteKey, revision: item.revision };
    return null;
  }

  /** One whole pass from the kept cursor. A dead cursor is thrown, and forgotten. */
  async pull(options: { thorough?: boolean; beforePage?: (page: number) => Promise<void> } = {}): Promise<MirroredPass> {
    const before = new Set(this.uids);
    const memo = new Map<string, unknown>();
    const touched = new Set<RemoteKey>();
    const outcome: MirroredPass = { kind: "delta", pages: 0, read: [], present: 0, gone: [], expectedItems: undefined };
    let pageToken: PageToken | null = null;
    do {
      await options.beforePage?.(outcome.pages);
      const page: PulledPage = await this.#page(pageToken, memo, options.thorough === true);
      this.#check(page, outcome, touched);
      this.#apply(page, outcome, touched);
      pageToken = page.nextPageToken;
      if (pageToken === null) this.cursor = page.nextCursor;
    } while (pageToken !== null);
    if (outcome.kind === "snapshot") this.#sweep(touched);
    const after = new Set(this.uids);
    outcome.gone = [...before].filter((uid) => !after.has(uid)).sort();
    outcome.read.sort();
    return outcome;
  }

  async #page(pageToken: PageToken | null, memo: Map<string, unknown>, thorough: boolean): Promise<PulledPage> {
    const { remoteKey, hints } = this.calendar;
    // Every other page is asked for with `take`: what comes must not depend on it.
    const taken: CalendarObject[] = [];
    this.#asked += 1;
    try {
      const page = await this.#provider.pullPage(this.#access, {
        calendar: { remoteKey, hints },
        cursor: this.cursor,
        pageToken,
        window: this.#window,
        revisionsOf: async (keys) => this.#revisionsOf(keys),
        memo,
        ...(thorough ? { thorough } : {}),
        ...(this.#asked % 2 === 0 ? { take: (object) => void taken.push(object) } : {}),
      });
      return { ...page, objects: [...taken, ...page.objects] };
    } catch (thrown) {
      if (thrown instanceof KalendsError && thrown.code === "cursor-expired") this.cursor = null;
      throw thrown;
    }
  }

  #revisionsOf(keys: readonly RemoteKey[]): Map<RemoteKey, Revision> {
    const found = new Map<RemoteKey, Revision>();
    for (const key of keys) {
      const kept = this.#items.get(key) ?? this.#quarantined.get(key);
      if (kept !== undefined) found.set(key, kept.revision);
    }
    return found;
  }

  #check(page: PulledPage, outcome: MirroredPass, touched: ReadonlySet<RemoteKey>): void {
    if (outcome.pages > 0 && page.pass !== outcome.kind) throw new Error("A pass changed its kind between two pages");
    if (page.nextPageToken !== null && page.nextCursor !== null) throw new Error("A cursor came before the last page");
    for (const object of page.objects) {
      if (object.events.length === 0) throw new Error(`Object ${object.uid} holds no event`);
      if (touched.has(object.remoteKey)) throw new Error(`Item ${object.remoteKey} stands in two pages`);
    }
    for (const key of page.present) {
      if (!this.#items.has(key) && !this.#quarantined.has(key)) throw new Error(`Item ${key} is called unchanged and was never read`);
      if (touched.has(key)) throw new Error(`Item ${key} stands in two pages`);
    }
  }

  #apply(page: PulledPage, outcome: MirroredPass, touched: Set<RemoteKey>): void {
    outcome.pages += 1;
    outcome.kind = page.pass;
    outcome.present += page.present.length;
    outcome.expectedItems = page.expectedItems ?? outcome.expectedItems;
    for (const key of page.removed) {
      this.#items.delete(key);
      this.#quarantined.delete(key);
    }
    const fresh = new Map<RemoteKey, MirroredItem>();
    for (const object of page.objects) {
      const item = fresh.get(object.remoteKey) ?? { revision: object.revision, objects: new Map<string, CalendarObject>() };
      item.objects.set(object.uid, object);
      fresh.set(object.remoteKey, item);
      outcome.read.push(object.uid);
    }
    for (const [key, item] of fresh) {
      this.#items.set(key, item);
      this.#quarantined.delete(key);
      touched.add(key);
    }
    for (const entry of page.quarantined) {
      this.#quarantined.set(entry.remoteKey, entry);
      touched.add(entry.remoteKey);
    }
    for (const key of page.present) touched.add(key);
  }

  #sweep(touched: ReadonlySet<RemoteKey>): void {
    for (const key of [...this.#items.keys()]) if (!touched.has(key)) this.#items.delete(key);
    for (const key of [...this.#quarantined.keys()]) if (!touched.has(key)) this.#quarantined.delete(key);
  }
}
