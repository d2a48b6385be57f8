import { KalendsError } from "@kalends/model";
import type { DavLine } from "./dav-line.ts";
import { canonicalPath } from "./href.ts";
import { ItemCollector } from "./item-collector.ts";
import type { ItemList } from "./item-list.ts";
import { listedAs, toListedItem, type ListedItem } from "./listed-item.ts";
import { errorOfInnerStatus, tooManyAtOnce } from "./map-error.ts";
import { hrefsOf } from "./multistatus.ts";
import { sliceQuery } from "./request-bodies.ts";

/** A stretch of time that one query covers, in ms since the epoch; half-open. */
interface Slice {
  from: number;
  to: number;
}

const day = 86_400_000;
/** Far beyond every window that is read; what lies outside as a whole is none of a pass's business. */
const everything: Slice = { from: Date.parse("1900-01-01T00:00:00Z"), to: Date.parse("2100-01-01T00:00:00Z") };
const mostQueries = 2000;

/**
 * Lists a calendar that is too large for one answer: by queries over stretches of time, each divided until the server answers it. Only for
 * servers that refuse the plain listing, because servers read time ranges in too many ways. Throws where a day alone is too much, or where
 * the server, after "too many", shows nothing.
 */
export async function listBySlices(line: DavLine, url: string): Promise<ItemList> {
  const found = new ItemCollector();
  const open: Slice[] = [everything];
  for (let queries = 0; open.length > 0; queries += 1) {
    if (queries === mostQueries) throw new KalendsError("answer-invalid", "The server answers no question about this calendar that is small enough");
    const slice = open.pop() as Slice;
    try {
      for (const item of await query(line, url, slice)) found.add(item);
    } catch (thrown) {
      if (!(thrown instanceof KalendsError) || thrown.code !== "response-too-large" || slice.to - slice.from <= day) throw thrown;
      const middle = slice.from + Math.max(1, Math.floor((slice.to - slice.from) / 2 / day)) * day;
      open.push({ from: middle, to: slice.to }, { from: slice.from, to: middle });
    }
  }
  const items = found.finish();
  if (items.length === 0) throw new KalendsError("answer-invalid", "The server says that the calendar holds too many items, and shows none");
  return items;
}

async function query(line: DavLine, url: string, slice: Slice): Promise<ListedItem[]> {
  const multistatus = await line.ask({ method: "REPORT", url, depth: "1", body: sliceQuery(stamp(slice.from), stamp(slice.to)) }, "calendar");
  const collectionPath = canonicalPath(new URL(multistatus.url).pathname);
  const items: ListedItem[] = [];
  for await (const response of multistatus.responses()) {
    for (const href of hrefsOf(response)) {
      const what = listedAs(response, href, collectionPath);
      if (what === "truncated") throw tooManyAtOnce(507);
      if (what === "collection") {
        if (response.status !== null && response.status >= 300) throw errorOfInnerStatus(response.status, "calendar");
        throw new KalendsError("answer-invalid", "The server answers a query with the calendar itself");
      }
      if (what === "item") items.push(toListedItem(response, href));
    }
  }
  return items;
}

/** `YYYYMMDDTHHMMSSZ` (RFC 4791 section 9.9). */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}
