import type { CalendarProvider, ConnectRequest, Cursor, ProviderAccess } from "@kalends/model";
import type { SkipContext } from "../servers/start-server.ts";

/** Another client at the same provider. Calendars and items go by names that the suite makes up. */
export interface RemoteHand {
  createCalendar(name: string, displayName: string): Promise<void>;
  deleteCalendar(name: string): Promise<void>;
  /** Writes an item, new or not. `item` may hold any character; the hand encodes it. */
  put(calendar: string, item: string, text: string): Promise<void>;
  delete(calendar: string, item: string): Promise<void>;
  /** The item's text as the provider hands it out; absent where the provider has no text. */
  get?(calendar: string, item: string): Promise<string>;
  /** Names of the items that are there; absent where the provider has no names. */
  list?(calendar: string): Promise<string[]>;
}

/** An adapter in front of a provider with one good login. */
export interface ProviderHarness {
  /** Made with pages of ten items. */
  provider: CalendarProvider;
  access: ProviderAccess;
  /** The same login with a wrong password. */
  wrongAccess: ProviderAccess;
  /** What a user types; absent where the adapter has no `connect`. */
  login?: ConnectRequest;
  remote: RemoteHand;
  /** Requests that left so far. */
  requestCount(): number;
  /** A position that the provider refuses, where one can be made up. */
  deadCursor?: Cursor;
  /** Item names that the provider accepts, the odder the better. */
  itemNames: readonly string[];
  /** An item that the provider accepts and that is no valid event; absent where it accepts none. */
  brokenItem?: string;
  /** The provider may name once more what it has reported already: its positions are as coarse as its clock. */
  repeats?: boolean;
  /**
   * Calendar addresses of the login and of another user of the same server, where the provider tells what became of an invitation between them;
   * absent where it never tells.
   */
  scheduling?: { organizer: string; attendee: string };
  /** Requests that a pass without news may cost. Default 1. */
  idleRequests?: number;
  close(): Promise<void>;
}

/** Opens the harness, once per suite; skips the test where the provider cannot run here. */
export type OpenHarness = (context: SkipContext) => Promise<ProviderHarness>;
