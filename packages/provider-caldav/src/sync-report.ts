import { KalendsError, type QuarantinedItem, type RemoteKey } from "@kalends/model";
import type { DavLine } from "./dav-line.ts";
import { canonicalPath } from "./href.ts";
import { ItemCollector } from "./item-collector.ts";
import type { ItemList } from "./item-list.ts";
import { listedAs, toListedItem } from "./listed-item.ts";
import { errorOfInnerStatus } from "./map-error.ts";
import { foreignItem, forbiddenItem } from "./member-list.ts";
import { hrefsOf } from "./multistatus.ts";
import { syncCollectionReport } from "./request-bodies.ts";

/** What a chain of sync-collection reports (RFC 6578) says. */
export interface SyncChanges {
  /** New and changed members, in key order. */
  items: ItemList;
  removed: RemoteKey[];
  forbidden: QuarantinedItem[];
  /** Where the next report starts. */
  token: string;
}

interface Collected {
  items: ItemCollector;
  removed: Set<RemoteKey>;
  forbidden: Map<RemoteKey, QuarantinedItem>;
}

/**
 * Asks for all changes since `token`; the empty token asks for all members. A list that the server cuts (507 on the calendar itself) is
 * continued until its end. Throws `cursor-expired` for a dead token and for every list that cannot be trusted as a whole.
 */
export async function readSyncChanges(line: DavLine, url: string, token: string): Promise<SyncChanges> {
  const collected: Collected = { items: new ItemCollector(), removed: new Set(), forbidden: new Map() };
  const used = new Set<string>();
  for (let at = token; ; ) {
    used.add(at);
    const round = await readRound(line, url, at, collected);
    if (round.token === null) throw new KalendsError("cursor-expired", "The server's list of changes ends without a sync-token");
    if (!round.truncated) {
      return { items: collected.items.finish(), removed: [...collected.removed], forbidden: [...collected.forbidden.values()], token: round.token };
    }
    // A server that cuts without getting on would keep us here for ever.
    if (used.has(round.token)) throw new KalendsError("cursor-expired", "The server cuts its list of changes and does not get on");
    at = round.token;
  }
}

async function readRound(line: DavLine, url: string, token: string, collected: Collected): Promise<{ token: string | null; truncated: boolean }> {
  const place = token === "" ? "calendar" : "position";
  const multistatus = await line.ask({ method: "REPORT", url, depth: "0", body: syncCollectionReport(token) }, place);
  const collectionPath = canonicalPath(new URL(multistatus.url).pathname);
  let truncated = false;
  await multistatus.each((response) => {
    for (const href of hrefsOf(response)) {
      const what = listedAs(response, href, collectionPath);
      if (what === "unusable") throw new KalendsError("cursor-expired", "The server's list of changes holds items without a meaning (418)");
      if (what === "truncated") truncated = true;
      if (what === "collection" && response.status !== null && response.status >= 300) throw errorOfInnerStatus(response.status, "calendar");
      if (what === "item") {
        collected.items.add(toListedItem(response, href));
        collected.removed.delete(href.path);
      }
      if (what === "gone" || what === "not-event") {
        collected.items.remove(href.path);
        collected.removed.add(href.path);
      }
      if (what === "forbidden") collected.forbidden.set(href.path, forbiddenItem(href.path));
      if (what === "foreign") collected.forbidden.set(href.path, foreignItem(href.path));
    }
  });
  return { token: multistatus.syncToken(), truncated };
}
