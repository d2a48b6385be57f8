import { ChangeLog } from "../change-log.ts";
import type { EventResource } from "../wire.ts";

/** What a user may do in a calendar, the least first. */
export type AccessRole = "freeBusyReader" | "reader" | "writer" | "owner";

/** What is known of a calendar apart from its events. */
export interface CalendarDetails {
  summary: string;
  description?: string;
  location?: string;
  timeZone: string;
}

/** One calendar with its events by id, and who may do what. Cancelled events stay, as their ids do at Google. */
export class CalendarStore {
  readonly id: string;
  readonly owner: string;
  /** Unique among all calendars and users that ever existed in the sandbox; part of every token. */
  readonly serial: number;
  readonly details: CalendarDetails;
  readonly access: Map<string, AccessRole> = new Map();
  readonly log: ChangeLog = new ChangeLog();
  /** Instances that a change of their master took away, for those who sync instances: id to the master's id. */
  readonly lostInstances: Map<string, EventResource> = new Map();
  /** Events whose conference is being made, and when it will be there. */
  readonly pendingConferences: Map<string, number> = new Map();
  /** Set once somebody synced this calendar by instances; only then are lost instances remembered. */
  syncsInstances = false;
  etag: string;
  private readonly events = new Map<string, EventResource>();
  private readonly exceptions = new Map<string, Set<string>>();
  private readonly uids = new Map<string, string>();

  constructor(id: string, owner: string, serial: number, details: CalendarDetails, etag: string) {
    this.id = id;
    this.owner = owner;
    this.serial = serial;
    this.details = details;
    this.etag = etag;
    this.access.set(owner, "owner");
  }

  all(): IterableIterator<EventResource> {
    return this.events.values();
  }

  get size(): number {
    return this.events.size;
  }

  find(id: string): EventResource | undefined {
    return this.events.get(id);
  }

  /** The master or single event with that UID, cancelled ones included. */
  findUid(iCalUID: string): EventResource | undefined {
    return this.events.get(this.uids.get(iCalUID) ?? "");
  }

  /** Exceptions of a master, cancelled ones included. */
  exceptionsOf(masterId: string): EventResource[] {
    return Array.from(this.exceptions.get(masterId) ?? [], (id) => this.events.get(id)).filter((event) => event !== undefined);
  }

  put(event: EventResource, at: number): void {
    this.events.set(event.id, event);
    if (event.recurringEventId !== undefined) {
      const siblings = this.exceptions.get(event.recurringEventId) ?? new Set();
      this.exceptions.set(event.recurringEventId, siblings.add(event.id));
    } else this.uids.set(event.iCalUID, event.id);
    this.log.record(event.id, at);
  }

  /** Forgets an event altogether: not even its id is taken. */
  forget(id: string): void {
    const event = this.events.get(id);
    if (!event) return;
    this.events.delete(id);
    if (event.recurringEventId !== undefined) this.exceptions.get(event.recurringEventId)?.delete(id);
    if (this.uids.get(event.iCalUID) === id) this.uids.delete(event.iCalUID);
  }
}
