import { canonicalObject } from "@kalends/ical";
import type { CalendarObject, CalendarProvider, ProviderAccess, PullRequest, RemoteKey } from "@kalends/model";

/** What an engine would hold after the passes so far: by the words of the port, and nothing else. */
export class Replica {
  readonly objects: Map<RemoteKey, CalendarObject> = new Map();
  cursor: string | null = null;
  readonly #provider: CalendarProvider;
  readonly #access: ProviderAccess;
  readonly #calendar: PullRequest["calendar"];

  constructor(provider: CalendarProvider, access: ProviderAccess, calendar: PullRequest["calendar"]) {
    this.#provider = provider;
    this.#access = access;
    this.#calendar = calendar;
  }

  /** One pass; a dead position starts over, once. */
  async pull(): Promise<void> {
    try {
      await this.#pass();
    } catch (thrown) {
      if ((thrown as { code?: string }).code !== "cursor-expired") throw thrown;
      this.cursor = null;
      await this.#pass();
    }
  }

  async #pass(): Promise<void> {
    const memo = new Map<string, unknown>();
    const named = new Set<RemoteKey>();
    let pageToken: string | null = null;
    let isSnapshot = false;
    do {
      const page = await this.#provider.pullPage(this.#access, {
        ...{ calendar: this.#calendar, cursor: this.cursor, pageToken, memo, window: { from: 0, to: 1 } },
        revisionsOf: async (keys) => new Map(keys.flatMap((key) => (this.objects.has(key) ? [[key, this.objects.get(key)?.revision ?? null] as const] : []))),
      });
      isSnapshot = page.pass === "snapshot";
      for (const key of page.removed) this.objects.delete(key);
      for (const object of page.objects) this.objects.set(object.remoteKey, object);
      for (const key of [...page.present, ...page.objects.map(({ remoteKey }) => remoteKey)]) named.add(key);
      pageToken = page.nextPageToken;
      if (pageToken === null) this.cursor = page.nextCursor;
    } while (pageToken !== null);
    if (isSnapshot) for (const key of [...this.objects.keys()]) if (!named.has(key)) this.objects.delete(key);
  }

  /** All that matters, in an order of its own, with the revision of each item. */
  text(): string[] {
    return [...this.objects.values()].map((object) => `${object.remoteKey} ${object.revision} ${canonicalObject(object)}`).sort();
  }
}
