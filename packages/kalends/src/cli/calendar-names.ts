import type { Kalends } from "../create-kalends.ts";

/** What to call calendars in lines that come while a sync runs. Where there are several people, the person's name is part of it. */
export class CalendarNames {
  readonly #kalends: Kalends;
  #names = new Map<string, string>();

  constructor(kalends: Kalends) {
    this.#kalends = kalends;
  }

  /** Reads the names anew: a sync may find calendars that were not there when it started. */
  async read(): Promise<void> {
    const accounts = new Map((await this.#kalends.listAccounts()).map((account) => [account.id, account.displayName ?? account.externalId ?? account.id]));
    const calendars = await this.#kalends.listCalendars();
    const several = new Set(calendars.map(({ accountId }) => accountId)).size > 1;
    this.#names = new Map(calendars.map(({ id, name, accountId }) => [id, several ? `${name} (${accounts.get(accountId) ?? accountId})` : name]));
  }

  /** The name, or the id until the name is known. Control characters cannot steer the terminal. */
  of(id: string): string {
    const name = this.#names.get(id);
    if (name === undefined) void this.read().catch(() => undefined);
    return (name ?? id).replace(/\p{C}/gu, "?");
  }
}
