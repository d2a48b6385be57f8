import type { CalendarStore, SyncPosition } from "./calendar-store.ts";
import type { CaldavState } from "./caldav-state.ts";

const scheme = "urn:x-kalends-sandbox:sync";

/** Writes a position as a token: a URI (RFC 6578 section 4) that names this run, this calendar and its token generation. */
export function writeSyncToken(state: CaldavState, store: CalendarStore, position: SyncPosition): string {
  return `${scheme}:${state.instance}:${store.serial}:${store.generation}:${position.known}:${position.base}`;
}

/** The token for where the calendar stands now. */
export function currentSyncToken(state: CaldavState, store: CalendarStore): string {
  return writeSyncToken(state, store, { known: store.revision, base: store.revision });
}

/** Reads a token back. `null` where it is not one of this run, this calendar and this generation. */
export function readSyncToken(state: CaldavState, store: CalendarStore, token: string): SyncPosition | null {
  const prefix = `${scheme}:${state.instance}:${store.serial}:${store.generation}:`;
  if (!token.startsWith(prefix)) return null;
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(token.slice(prefix.length));
  return match ? { known: Number(match[1]), base: Number(match[2]) } : null;
}
