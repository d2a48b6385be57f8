import type { ChangeLog } from "./change-log.ts";
import { badParameter, GoogleRefused } from "./google-refused.ts";
import type { GoogleState } from "./google-state.ts";

/** Writes the position where a log stands as a token. */
export function writeSyncToken(state: GoogleState, serial: number, log: ChangeLog, fingerprint: string): string {
  const parts = [serial, log.generation, log.revision, state.clock.now(), fingerprint];
  return Buffer.from(JSON.stringify([state.origin, ...parts])).toString("base64");
}

/** The keys that changed since a token. Refuses a token of something else with 400, and one that is too old with 410. */
export function readSyncToken(state: GoogleState, serial: number, log: ChangeLog, fingerprint: string, token: string): string[] {
  const parts = decode(token);
  if (!parts || parts[0] !== state.origin || parts[1] !== serial) throw badParameter("syncToken", "Invalid sync token value.");
  const [, , generation, revision, issued, issuedFor] = parts;
  if (generation !== log.generation || state.clock.now() - Number(issued) > state.features.syncTokenMs) throw fullSyncRequired();
  if (issuedFor !== fingerprint) throw badParameter("syncToken", "The sync token was issued for a request with other parameters.");
  const keys = log.since(Number(revision));
  if (keys === null) throw fullSyncRequired();
  return keys;
}

export function fullSyncRequired(): GoogleRefused {
  return new GoogleRefused(410, {
    domain: "calendar",
    reason: "fullSyncRequired",
    message: "Sync token is no longer valid, a full sync is required.",
    locationType: "parameter",
    location: "syncToken",
  });
}

function decode(token: string): unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64").toString("utf8"));
    return Array.isArray(parts) && parts.length === 6 ? parts : null;
  } catch {
    return null;
  }
}
