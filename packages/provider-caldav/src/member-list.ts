import { createHash } from "node:crypto";
import { KalendsError, type QuarantinedItem, type RemoteKey } from "@kalends/model";
import type { DavLine } from "./dav-line.ts";
import { canonicalPath } from "./href.ts";
import { ItemCollector } from "./item-collector.ts";
import type { ItemList } from "./item-list.ts";
import { listedAs, longestKey, toListedItem } from "./listed-item.ts";
import { errorOfInnerStatus, tooManyAtOnce } from "./map-error.ts";
import { hrefsOf } from "./multistatus.ts";
import { memberListPropfind } from "./request-bodies.ts";

/** All members of a calendar. */
export interface MemberList {
  /** In key order. */
  items: ItemList;
  /** Members that the server lists and does not let us read. */
  forbidden: QuarantinedItem[];
}

/**
 * Lists a calendar by PROPFIND Depth 1. Believed only when it is complete and names the calendar itself.
 * Throws `response-too-large` where the server cuts the list, `calendar-gone`, and whatever an incomplete or foreign answer means.
 */
export async function listMembers(line: DavLine, url: string): Promise<MemberList> {
  const multistatus = await line.ask({ method: "PROPFIND", url, depth: "1", body: memberListPropfind }, "calendar");
  const collectionPath = canonicalPath(new URL(multistatus.url).pathname);
  const items = new ItemCollector();
  const forbidden: QuarantinedItem[] = [];
  let sawCalendar = false;
  await multistatus.each((response) => {
    for (const href of hrefsOf(response)) {
      const what = listedAs(response, href, collectionPath);
      if (what === "truncated") throw tooManyAtOnce(507);
      if (what === "collection") {
        if (response.status !== null && response.status >= 300) throw errorOfInnerStatus(response.status, "calendar");
        sawCalendar = true;
      }
      if (what === "item" || what === "unusable") items.add(toListedItem(response, href));
      if (what === "forbidden") forbidden.push(forbiddenItem(href.path));
      if (what === "foreign") forbidden.push(foreignItem(href.path));
    }
  });
  if (!sawCalendar) throw new KalendsError("answer-invalid", "The list of items does not name the calendar itself");
  return { items: items.finish(), forbidden };
}

export function foreignItem(path: string): QuarantinedItem {
  if (path.length <= longestKey) return { remoteKey: path, revision: null, code: "object-missing", reason: "Its name leads out of the calendar" };
  // Its own name cannot be kept either; the digest stands for the rest of it, the same each time.
  const remoteKey = `${path.slice(0, longestKey / 2)}~${createHash("sha256").update(path, "utf8").digest("hex")}`;
  return { remoteKey, revision: null, code: "object-missing", reason: `Its name is longer than ${longestKey} bytes` };
}

export function forbiddenItem(key: RemoteKey): QuarantinedItem {
  return { remoteKey: key, revision: null, code: "permission-denied", reason: "The server lists the item and refuses to hand it out (403)" };
}
