import type { EventTiming, ZoneDefinition } from "@kalends/model";
import { ianaZoneTable } from "../zones/iana-zone.ts";
import { ZoneBook } from "../zones/zone-book.ts";
import type { SeriesMember } from "./series.ts";

interface EventsOfUid<E extends EventTiming> {
  uid: string;
  events: readonly E[];
  zones?: readonly ZoneDefinition[] | undefined;
}

/** Joins parts by UID and calls `expand` once for each. Returns whether some time named a zone that nobody could resolve. */
export function forEachUid<E extends EventTiming>(
  parts: readonly EventsOfUid<E>[],
  floatingZone: string,
  expand: (uid: string, members: readonly SeriesMember<E>[]) => void,
): boolean {
  const floating = ianaZoneTable(floatingZone);
  const plain = new ZoneBook(floating, []);
  const books = [plain];
  const byUid = new Map<string, SeriesMember<E>[]>();
  for (const part of parts) {
    const book = part.zones === undefined || part.zones.length === 0 ? plain : new ZoneBook(floating, part.zones);
    if (book !== plain) books.push(book);
    let members = byUid.get(part.uid);
    if (members === undefined) byUid.set(part.uid, (members = []));
    for (const event of part.events) members.push({ event, book });
  }
  for (const [uid, members] of byUid) expand(uid, members);
  return books.some((book) => book.unresolved);
}
