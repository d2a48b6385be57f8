import { KalendsError, type CalendarObject, type ProviderAccess, type PulledPage, type PullRequest, type RemoteKey } from "@kalends/model";
import { writeCursor } from "./calendar-cursor.ts";
import type { DavLine } from "./dav-line.ts";
import { fetchItems } from "./fetch-items.ts";
import { calendarUrl } from "./list-calendars.ts";
import type { ItemList } from "./item-list.ts";
import type { ListedItem } from "./listed-item.ts";
import { lookAgain } from "./look-again.ts";
import { openPass, type OpenPass } from "./open-pass.ts";
import { ownAddresses } from "./own-addresses.ts";

/** Most unchanged items that one page mentions: enough that few changes among many items share their multigets. */
const maxPresent = 5000;

/** One page: the items that follow the page token, read in one multiget where they are new or changed. */
export async function pullPage(line: DavLine, access: ProviderAccess, request: PullRequest): Promise<PulledPage> {
  const batchSize = line.account.batch.size;
  const url = calendarUrl(access, request.calendar);
  const pass = await passOf(line, url, request);
  const from = request.pageToken === null ? 0 : Number(request.pageToken);
  const chosen = pass.kind === "delta" ? chooseAll(pass.items, from, batchSize) : await chooseChanged(pass, from, batchSize, request);
  const objects: CalendarObject[] = [];
  const take = request.take ?? ((object: CalendarObject) => void objects.push(object));
  const fetched = await fetchItems(line, url, chosen.toFetch, { ownAddresses: ownAddresses(access), take });
  if (fetched.quarantined.some(({ code }) => code === "object-missing")) pass.missed = true;
  const isFirst = request.pageToken === null;
  const isLast = chosen.next >= pass.items.length;
  if (isLast) request.memo.delete(memoKey);
  return {
    pass: pass.kind,
    objects,
    present: chosen.present,
    // An item that now holds only a task is none of ours; if it held an event before, that event is gone. A snapshot's sweep sees to it.
    removed: pass.kind === "delta" ? [...(isFirst ? pass.removed : []), ...fetched.withoutEvents] : [],
    quarantined: [...(isFirst ? pass.forbidden : []), ...fetched.quarantined],
    nextPageToken: isLast ? null : String(chosen.next),
    nextCursor: isLast ? writeCursor(pass.missed === true ? lookAgain(pass, line.clock.now()) : pass.cursor) : null,
    expectedItems: pass.items.length,
  };
}

const memoKey = "caldav-pass";

async function passOf(line: DavLine, url: string, request: PullRequest): Promise<OpenPass> {
  if (request.pageToken === null) {
    const pass = await openPass(line, url, request);
    request.memo.set(memoKey, pass);
    return pass;
  }
  const pass = request.memo.get(memoKey) as OpenPass | undefined;
  if (pass === undefined || !/^\d+$/.test(request.pageToken)) throw new KalendsError("invalid-argument", "`pageToken` belongs to another pass");
  return pass;
}

interface Chosen {
  toFetch: ListedItem[];
  present: RemoteKey[];
  /** Position of the next page. */
  next: number;
}

/** In a delta everything mentioned is read, even at a known revision: some servers use a revision twice. */
function chooseAll(items: ItemList, from: number, batchSize: number): Chosen {
  const toFetch = items.slice(from, from + batchSize);
  return { toFetch, present: [], next: from + toFetch.length };
}

/** In a snapshot an item at its stored revision is only mentioned, unless the server said that it changed. */
async function chooseChanged({ items, mustRead }: OpenPass, from: number, batchSize: number, request: PullRequest): Promise<Chosen> {
  const chosen: Chosen = { toFetch: [], present: [], next: from };
  while (chosen.next < items.length && chosen.present.length < maxPresent) {
    const chunk = items.slice(chosen.next, chosen.next + batchSize);
    const stored = await request.revisionsOf(chunk.map((item) => item.key));
    for (const item of chunk) {
      if (item.revision !== null && !mustRead.has(item.key) && stored.get(item.key) === item.revision) chosen.present.push(item.key);
      else if (chosen.toFetch.length < batchSize) chosen.toFetch.push(item);
      else return chosen;
      chosen.next += 1;
    }
  }
  return chosen;
}
