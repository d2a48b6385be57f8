import type { CalendarEvent, CalendarObject, ItemWarning, ZoneDefinition } from "@kalends/model";
import type { ParseLimits } from "./parse-limits.ts";
import type { ReadEvent } from "./read-event.ts";

/** A UID that could not be read, and why, in plain words without event text. */
export interface BrokenItem {
  uid: string | null;
  code: "object-invalid" | "object-too-large";
  reason: string;
}

function originalStart(event: CalendarEvent): string {
  return event.recurrenceId?.value ?? "";
}

/** Master first, then overrides by original start. */
function inOrder(events: readonly CalendarEvent[]): CalendarEvent[] {
  if (events.length < 2) return [...events];
  const order = events.map((event, index) => ({ event, start: originalStart(event), index }));
  order.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.index - b.index));
  return order.map((entry) => entry.event);
}

/**
 * One UID's object, or the reason why there is none. A broken override leaves the series standing, with a warning: the instance is then
 * shown where the master has it. A broken master takes the UID with it.
 */
function objectOf(
  uid: string,
  reads: readonly ReadEvent[],
  identity: { remoteKey: string; revision: string | null },
  limits: ParseLimits,
): CalendarObject | BrokenItem {
  if (reads.length > limits.maxEventsPerUid) {
    return { uid, code: "object-too-large", reason: "One UID has more events than the limit" };
  }
  if (isLonger(uid, limits.maxUidBytes)) return { uid: null, code: "object-invalid", reason: "The UID is longer than the limit" };
  const good = reads.filter((read) => read.broken === null);
  const bad = reads.find((read) => read.broken !== null);
  const hasMaster = good.some((read) => read.event.recurrenceId === undefined);
  if (bad?.broken && !hasMaster) return { uid, ...bad.broken };
  const warnings: ItemWarning[] = [];
  const zones = new Map<string, ZoneDefinition>();
  for (const read of reads) {
    for (const warning of read.warnings) if (warnings.length < limits.maxWarnings) warnings.push(warning);
    if (read.broken !== null) warnings.push({ code: "override-unreadable", message: read.broken.reason });
    else for (const zone of read.zones) zones.set(zone.tzid, zone);
  }
  return {
    remoteKey: identity.remoteKey,
    revision: identity.revision,
    uid,
    events: inOrder(good.map((read) => read.event)),
    ...(zones.size === 0 ? {} : { zones: [...zones.values()] }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

const encoder = new TextEncoder();

function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && encoder.encode(text).length > bytes;
}

/** Gathers events into objects by UID, in the order in which the UIDs first appear. */
export function collectObjects(
  events: readonly ReadEvent[],
  identity: { remoteKey: string; revision: string | null },
  limits: ParseLimits,
): { objects: CalendarObject[]; broken: BrokenItem[] } {
  const byUid = new Map<string, ReadEvent[]>();
  const broken: BrokenItem[] = [];
  for (const read of events) {
    if (!read.named) {
      broken.push({ uid: null, ...(read.broken ?? { code: "object-invalid", reason: "The event has no UID" }) });
      continue;
    }
    const group = byUid.get(read.event.uid);
    if (group === undefined) byUid.set(read.event.uid, [read]);
    else group.push(read);
  }
  const objects: CalendarObject[] = [];
  for (const [uid, reads] of byUid) {
    const result = objectOf(uid, reads, identity, limits);
    if ("code" in result) broken.push(result);
    else objects.push(result);
  }
  return { objects, broken };
}
