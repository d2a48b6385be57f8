import { parseCalendar } from "@kalends/ical";
import { KalendsError, type CalendarObject, type RemoteKey, type Revision } from "@kalends/model";
import type { DavLine } from "../dav-line.ts";
import { davNamespaces as ns } from "../dav-names.ts";
import { readEtag, revisionOf, type ListedItem } from "../listed-item.ts";
import { listMembers } from "../member-list.ts";
import { collectResponses, propertyText } from "../multistatus.ts";
import { readItemText } from "../read-item-text.ts";
import { itemMarksPropfind, multigetReport } from "../request-bodies.ts";

/** An item as the server has it now. */
export interface CurrentItem {
  /** The server's own spelling of the path. */
  wire: string;
  text: string;
  /** As REPORT and PROPFIND tell it, which is also what listings tell; `null` where the server tells none. */
  revision: Revision;
}

/** Failures of a question about one item that another question may not have. */
const unanswered: ReadonlySet<string> = new Set(["calendar-gone", "answer-invalid", "server-error", "permission-denied"]);

/**
 * Reads one item by multiget, so that its revision is the one that listings name; by GET where multiget does not hand it out.
 * `null`: it is not there. Throws `object-missing` where the server lists it and hands it out to nobody.
 */
export async function readCurrent(line: DavLine, url: string, key: RemoteKey): Promise<CurrentItem | null> {
  const found = await readNamed(line, url, key);
  if (found !== null) return found;
  // The key is one spelling of many; the listing knows the server's own, and whether the item is there at all.
  const item = find((await listMembers(line, url)).items, key);
  if (item === undefined) return null;
  const again = item.wire === key ? null : await readNamed(line, url, item.wire);
  if (again === null) throw new KalendsError("object-missing", "The server lists the item and does not hand it out");
  return again;
}

function find(items: Iterable<ListedItem>, key: RemoteKey): ListedItem | undefined {
  for (const item of items) if (item.key === key) return item;
  return undefined;
}

/** The same by one spelling of its path alone, which will do for names that we make: they have but one. */
export async function readNamed(line: DavLine, url: string, wire: string): Promise<CurrentItem | null> {
  return (await byMultiget(line, url, wire)) ?? (await byGet(line, url, wire));
}

async function byMultiget(line: DavLine, url: string, wire: string): Promise<CurrentItem | null> {
  try {
    const multistatus = await line.ask({ method: "REPORT", url, depth: "1", body: multigetReport([wire]) }, "calendar");
    let found: CurrentItem | null = null;
    for await (const response of multistatus.responses()) {
      const text = propertyText(response, ns.caldav, "calendar-data");
      if (text !== null && text.trim() !== "") found = { wire, text, revision: readEtag(response) };
    }
    return found;
  } catch (thrown) {
    // Some servers fail the whole report over one missing name; the plain GET then tells.
    if (thrown instanceof KalendsError && unanswered.has(thrown.code)) return null;
    throw thrown;
  }
}

/**
 * The text by GET, the revision by PROPFIND: on some servers GET names another ETag than listings do, and the two would never agree. Where
 * they differ the text is read once more, so that it is no older than the revision that will guard the write.
 */
async function byGet(line: DavLine, url: string, wire: string): Promise<CurrentItem | null> {
  const first = await getItem(line, url, wire);
  if (first === null) return null;
  const listed = await readRevision(line, url, wire);
  if (listed === null || listed === first.revision) return first;
  const second = await getItem(line, url, wire);
  return second === null ? null : { ...second, revision: listed };
}

async function getItem(line: DavLine, url: string, wire: string): Promise<CurrentItem | null> {
  const response = await line.send({ method: "GET", url: new URL(url).origin + wire });
  if (response.status === 404 || response.status === 410) {
    await response.discard();
    return null;
  }
  if (response.status !== 200 || (response.header("content-type") ?? "").toLowerCase().includes("html")) throw await line.refusal(response, "calendar");
  const revision = revisionOf(response.header("etag"));
  return { wire, text: await readItemText(response), revision };
}

/** The item's revision as listings tell it; `null` where the server tells none that way. */
async function readRevision(line: DavLine, url: string, wire: string): Promise<Revision> {
  try {
    const multistatus = await line.ask({ method: "PROPFIND", url: new URL(url).origin + wire, depth: "0", body: itemMarksPropfind }, "calendar");
    const [response] = await collectResponses(multistatus);
    return response === undefined ? null : readEtag(response);
  } catch (thrown) {
    if (thrown instanceof KalendsError && unanswered.has(thrown.code)) return null;
    throw thrown;
  }
}

/** The object of one UID inside an item, or its first one where no UID is asked for; `null` where there is none. */
export function objectOf(item: CurrentItem, key: RemoteKey, uid: string | null, ownAddresses: readonly string[]): CalendarObject | null {
  const { objects } = parseCalendar(item.text, { remoteKey: key, revision: item.revision, ownAddresses });
  return (uid === null ? objects[0] : objects.find((object) => object.uid === uid)) ?? null;
}
