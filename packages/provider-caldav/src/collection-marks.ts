import type { DavLine } from "./dav-line.ts";
import { davNamespaces as ns } from "./dav-names.ts";
import { errorOfInnerStatus } from "./map-error.ts";
import { collectResponses, propertyText } from "./multistatus.ts";
import { collectionMarksPropfind } from "./request-bodies.ts";

/** A calendar's own marks, verbatim; `null` where the server has none worth the name. */
export interface CollectionMarks {
  syncToken: string | null;
  ctag: string | null;
}

/** One cheap request. Throws `calendar-gone` where the calendar is not there any more. */
export async function readCollectionMarks(line: DavLine, url: string): Promise<CollectionMarks> {
  const multistatus = await line.ask({ method: "PROPFIND", url, depth: "0", body: collectionMarksPropfind }, "calendar");
  const [response] = await collectResponses(multistatus);
  if (response === undefined) return { syncToken: null, ctag: null };
  if (response.status !== null && response.status >= 300) throw errorOfInnerStatus(response.status, "calendar");
  return { syncToken: worthKeeping(propertyText(response, ns.dav, "sync-token")), ctag: worthKeeping(propertyText(response, ns.calendarServer, "getctag")) };
}

/** Some servers answer an empty text, `null` or, for an empty calendar, `-1`: marks that never move. */
function worthKeeping(mark: string | null): string | null {
  return mark === null || /^\s*(?:|null|"?None"?|-1)\s*$/.test(mark) ? null : mark;
}
