import type { FreeBusySource, PageFreshness, PageNews, PagePeriod, PagePerson, PageStatus } from "../src/free-busy-source.ts";

export interface MemoryPerson extends PagePerson {
  periods: PagePeriod[];
}

/** A free-busy source that holds what it is told, for tests of the page alone. */
export class MemorySource implements FreeBusySource {
  readonly members: MemoryPerson[];
  statuses = new Map<string, Partial<PageStatus["calendars"][number]> & { personError?: PageStatus["error"] }>();
  failure: Error | null = null;
  syncs = 0;
  private readonly listeners = new Set<(news: PageNews) => void>();

  constructor(members: MemoryPerson[]) {
    this.members = members;
  }

  async people(): Promise<PagePerson[]> {
    return this.members.map(({ id, name, zone }) => ({ id, name, zone }));
  }

  async freeBusy(question: { personIds: readonly string[]; from: string; to: string }): ReturnType<FreeBusySource["freeBusy"]> {
    if (this.failure) throw this.failure;
    const asked = this.members.filter(({ id }) => question.personIds.includes(id));
    const people = asked.map((person) => {
      const periods = person.periods.filter(({ from, to }) => from < question.to && to > question.from);
      const freshness: PageFreshness = "fresh";
      return { personId: person.id, periods, calendars: [{ id: `${person.id}-work`, periods, freshness }], complete: true };
    });
    return { people, merged: [] };
  }

  async status(): Promise<PageStatus[]> {
    return this.members.map(({ id }) => {
      const { personError = null, ...known } = this.statuses.get(id) ?? {};
      const lastSuccess = new Date().toISOString();
      const calendar = { id: `${id}-work`, name: "Work", freshness: "fresh", syncing: false, lastSuccess, error: null } as const;
      return { personId: id, error: personError, calendars: [{ ...calendar, ...known }] };
    });
  }

  subscribe(listener: (news: PageNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async syncNow(): Promise<void> {
    this.syncs++;
  }

  get subscribers(): number {
    return this.listeners.size;
  }

  tell(personId: string | null, text: string | null): void {
    for (const listener of this.listeners) listener({ at: new Date().toISOString(), personId, text });
  }
}
