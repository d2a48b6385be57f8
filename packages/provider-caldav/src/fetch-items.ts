import { KalendsError, type CalendarObject, type QuarantinedItem, type RemoteKey, type Revision } from "@kalends/model";
import { ownCopy, parseCalendar } from "@kalends/ical";
import { readCollectionMarks } from "./collection-marks.ts";
import type { DavLine } from "./dav-line.ts";
import { davNamespaces as ns } from "./dav-names.ts";
import { leavesFolder } from "./href.ts";
import { readEtag, type ListedItem } from "./listed-item.ts";
import { propertyText } from "./multistatus.ts";
import { readItemText } from "./read-item-text.ts";
import { multigetReport } from "./request-bodies.ts";

export interface FetchedItems {
  quarantined: QuarantinedItem[];
  /** Keys of items that hold no event: tasks, journals. */
  withoutEvents: RemoteKey[];
}

/** One batch being read. */
interface Batch {
  line: DavLine;
  url: string;
  ownAddresses: readonly string[];
  result: FetchedItems;
  take(object: CalendarObject): void;
  size: number;
  /** Keys that some answer dealt with. */
  settled: Set<RemoteKey>;
}

/** Failures of a multiget that a smaller one, or a plain GET, may not have. */
const divisible: ReadonlySet<string> = new Set(["permission-denied", "answer-invalid", "server-error", "calendar-gone", "response-too-large", "network-timeout"]);

/** Failures that a smaller question may not meet. */
const tooLarge: ReadonlySet<string> = new Set(["response-too-large", "network-timeout", "server-error"]);

/** Up to this many missing items are asked for one by one. */
const askedSingly = 3;
/** A multiget that takes longer is made smaller next time. */
const slowMs = 20_000;

/** Failures of a single GET that may be the server's own as well: where it hands out nothing of a whole batch, they are. */
const doubtful: ReadonlySet<string> = new Set(["server-error", "not-calendar-data", "redirect-refused"]);
/** Failures of a single GET that say something about that item alone. */
const concernsItem: ReadonlySet<string> = new Set(["calendar-gone", "permission-denied", "answer-invalid", "response-too-large", ...doubtful]);

/**
 * Reads items by multiget. One item never fails the others: what is listed and not handed out is asked for once more by itself,
 * then quarantined. Throws what concerns all of them: login, throttling, network, a calendar that is gone.
 */
export async function fetchItems(
  line: DavLine,
  url: string,
  items: readonly ListedItem[],
  { ownAddresses, take }: Pick<Batch, "ownAddresses" | "take">,
): Promise<FetchedItems> {
  const result: FetchedItems = { quarantined: [], withoutEvents: [] };
  const batch: Batch = { line, url, ownAddresses, take, result, size: items.length, settled: new Set() };
  const askable = items.filter((item) => {
    if (!leavesFolder(item.wire)) return true;
    result.quarantined.push({ remoteKey: item.key, revision: item.revision, code: "object-missing", reason: "Its name leads out of the calendar" });
    return false;
  });
  if (askable.length > 0) await fetchByMultiget(batch, askable);
  for (const item of askable) {
    if (!batch.settled.has(item.key)) await fetchSingly(batch, item, null);
  }
  return result;
}

async function fetchByMultiget(batch: Batch, items: readonly ListedItem[]): Promise<void> {
  try {
    await multigetAll(batch, items);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || !divisible.has(thrown.code)) throw thrown;
    if (tooLarge.has(thrown.code)) batch.line.account.batch.tooMany(items.length);
    // A report that fails as a whole may fail because the calendar is gone or the login ended: that is asked first.
    await readCollectionMarks(batch.line, batch.url);
    const open = items.filter((item) => !batch.settled.has(item.key));
    const [only] = open;
    if (only === undefined) return;
    if (open.length === 1) return await fetchSingly(batch, only, thrown);
    const middle = Math.ceil(open.length / 2);
    await fetchByMultiget(batch, open.slice(0, middle));
    await fetchByMultiget(batch, open.slice(middle));
  }
}

/**
 * Some servers cap an answer without a word, so what is missing is asked for again as long as something comes. The last few are left
 * to the plain GET.
 */
async function multigetAll(batch: Batch, items: readonly ListedItem[]): Promise<void> {
  const { clock, account } = batch.line;
  for (let open = items; ; ) {
    const started = clock.now();
    await multiget(batch, open);
    const left = open.filter((item) => !batch.settled.has(item.key));
    if (clock.now() - started > slowMs) account.batch.tooMany(open.length);
    else if (left.length <= askedSingly) account.batch.fine();
    if (left.length <= askedSingly || left.length === open.length) return;
    account.batch.tooMany(open.length);
    open = left;
  }
}

async function multiget(batch: Batch, items: readonly ListedItem[]): Promise<void> {
  const asked = new Map(items.map((item) => [item.key, item]));
  const body = multigetReport(items.map((item) => item.wire));
  const multistatus = await batch.line.ask({ method: "REPORT", url: batch.url, depth: "1", body }, "calendar");
  await multistatus.each((response) => {
    const text = propertyText(response, ns.caldav, "calendar-data");
    const item = response.hrefs.map((href) => asked.get(href.path)).find((found) => found !== undefined);
    if (text === null || text.trim() === "" || item === undefined || batch.settled.has(item.key)) return;
    const etag = readEtag(response) ?? item.revision;
    // A text cut out of the answer would keep its whole piece in memory until the page is stored.
    settle(batch, item, text, etag === null || etag === item.revision ? item.revision : ownCopy(etag));
  });
}

/** A plain GET, for what multiget did not hand out. `failure`: what the multiget of this item alone ran into. */
async function fetchSingly(batch: Batch, item: ListedItem, failure: KalendsError | null): Promise<void> {
  try {
    const response = await batch.line.send({ method: "GET", url: new URL(batch.url).origin + item.wire });
    const type = (response.header("content-type") ?? "").toLowerCase();
    if (response.status !== 200 || type.includes("html")) {
      throw await batch.line.refusal(response, "calendar");
    }
    const text = await readItemText(response);
    // The revision stays the one of the listing: on some servers GET and REPORT name different ones.
    settle(batch, item, text, item.revision);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError)) throw thrown;
    if (!concernsItem.has(thrown.code) || (doubtful.has(thrown.code) && batch.size > 1 && batch.settled.size === 0)) throw failure ?? thrown;
    quarantine(batch, item, thrown);
  }
}

function quarantine(batch: Batch, item: ListedItem, error: KalendsError): void {
  const code = error.code === "permission-denied" ? "permission-denied" : error.code === "response-too-large" ? "object-too-large" : "object-missing";
  batch.settled.add(item.key);
  // Without a revision it is read again whenever it is mentioned.
  batch.result.quarantined.push({ remoteKey: item.key, revision: null, code, reason: `The server lists the item and does not hand it out: ${error.code}` });
}

function settle(batch: Batch, item: ListedItem, text: string, revision: Revision): void {
  const { result, settled } = batch;
  settled.add(item.key);
  try {
    const parsed = parseCalendar(text, { remoteKey: item.key, revision, ownAddresses: batch.ownAddresses });
    for (const object of parsed.objects) batch.take(object);
    if (parsed.objects.length === 0 && parsed.broken.length === 0) result.withoutEvents.push(item.key);
    const [broken] = parsed.broken;
    if (broken !== undefined) result.quarantined.push({ remoteKey: item.key, revision, code: broken.code, reason: broken.reason });
  } catch (thrown) {
    if (!(thrown instanceof KalendsError)) throw thrown;
    result.quarantined.push({ remoteKey: item.key, revision, code: thrown.code, reason: thrown.message });
  }
}
