import type { CalendarProvider, Clock, Logger, ProviderId, Random, Store, Vault } from "@kalends/model";
import type { ChangeSignal } from "./notify/change-signal.ts";
import type { OpenWork } from "./open-work.ts";
import type { EngineSettings } from "./settings.ts";

/** Everything the engine touches comes in through here; nothing is taken from globals. */
export interface Runtime {
  clock: Clock;
  random: Random;
  logger: Logger;
  store: Store;
  vault: Vault;
  providers: ReadonlyMap<ProviderId, CalendarProvider>;
  /** Names this process among those that share the store. */
  holder: string;
  settings: EngineSettings;
  /** Calendars that this process is working on. */
  running: Set<string>;
  work: OpenWork;
  signal: ChangeSignal;
}
