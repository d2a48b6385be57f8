import { canonicalObject } from "@kalends/ical";
import type { AccountSealer, CalendarObject, EventContent, ItemWarning, SealContext, StoredObject } from "@kalends/model";
import type { MinimalObject } from "./minimize.ts";

/** Digest of every object that lies outside all windows: nothing of it is kept, so nothing of it can change. */
export const outsideDigest = "outside";

/** What the sealed `content` column holds, one entry per event of the object. */
export interface SealedEvent {
  content?: EventContent;
  created?: string;
  lastModified?: string;
}

/** Where a content value lives; bound into its seal. */
export function contentContext(organizationId: string, calendarId: string, remoteKey: string, uid: string): SealContext {
  const row = JSON.stringify([calendarId, remoteKey, uid]);
  return { organizationId, table: "calendar_object", row, column: "content", purpose: "content", generation: 0 };
}

function storedWarnings(object: CalendarObject, unresolvedZone: boolean): string | null {
  const warnings: ItemWarning[] = [...(object.warnings ?? [])];
  if (unresolvedZone && !warnings.some((warning) => warning.code === "zone-unresolved")) {
    warnings.push({ code: "zone-unresolved", message: "A time zone of this item is not known; its times were read in the calendar's zone" });
  }
  return warnings.length === 0 ? null : JSON.stringify(warnings.map(({ code, property }) => ({ code, property })));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Turns a minimal object into its stored form: plain timing, sealed content, keyed digest. */
export function sealObject(minimal: MinimalObject, sealer: AccountSealer, organizationId: string, calendarId: string): StoredObject {
  const { object, first, last } = minimal;
  const identity = { remoteKey: object.remoteKey, uid: object.uid, revision: object.revision, first, last };
  if (minimal.outside) {
    return { ...identity, digest: outsideDigest, outside: true, timing: '{"events":[]}', content: null, warnings: null };
  }
  // JSON leaves absent parts out.
  const sealed = object.events.map(({ content, created, lastModified }) => ({ content, created, lastModified }));
  const empty = sealed.every(({ content, created, lastModified }) => (content ?? created ?? lastModified) === undefined);
  const context = contentContext(organizationId, calendarId, object.remoteKey, object.uid);
  return {
    ...identity,
    digest: sealer.digest(canonicalObject(object)),
    outside: false,
    timing: JSON.stringify(minimal.timing),
    content: empty ? null : sealer.seal(encoder.encode(JSON.stringify(sealed)), context),
    warnings: storedWarnings(object, minimal.unresolvedZone),
  };
}

/** The contents of a stored object's events, by position. Throws `open-failed`. */
export function openContent(stored: StoredObject, sealer: AccountSealer, organizationId: string, calendarId: string): SealedEvent[] {
  if (stored.content === null) return [];
  const context = contentContext(organizationId, calendarId, stored.remoteKey, stored.uid);
  return JSON.parse(decoder.decode(sealer.open(stored.content, context))) as SealedEvent[];
}
