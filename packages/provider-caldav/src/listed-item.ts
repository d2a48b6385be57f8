import type { RemoteKey, Revision } from "@kalends/model";
import { davNamespaces as ns } from "./dav-names.ts";
import { leavesFolder, samePath } from "./href.ts";
import { property, propertyText, type DavHref, type DavResponse } from "./multistatus.ts";

/** A member of a calendar as a listing names it. */
export interface ListedItem {
  key: RemoteKey;
  /** The server's own spelling of the path, for requests. */
  wire: string;
  /** ETag, verbatim; `null` where the server gives none: then the item is read whenever it is mentioned. */
  revision: Revision;
}

/**
 * What one response of a listing says about one href.
 *
 * - `item`: a member that may hold events.
 * - `gone`: not there any more.
 * - `not-event`: a member of which the server itself says that it holds a task or a journal.
 * - `forbidden`: there, and not for us to read.
 * - `collection`: the calendar itself, under its status.
 * - `truncated`: the list stops here and goes on behind the new token (RFC 6578 section 3.6).
 * - `unusable`: a status by which some servers spoil the whole list.
 * - `foreign`: its name leads out of the calendar, or is too long for a key; never asked for, as the login must not be led to somebody else's items.
 * - `nothing`: no member, such as a folder inside.
 */
export type ListedAs = "item" | "gone" | "not-event" | "forbidden" | "collection" | "truncated" | "unusable" | "foreign" | "nothing";

/** Longest key in bytes: databases find items by it, and their indexes hold no more. A canonical path is ASCII. */
export const longestKey = 1200;

/** `collectionPath` is canonical. Membership is a question of type and level, never of a name's ending. */
export function listedAs(response: DavResponse, href: DavHref, collectionPath: string): ListedAs {
  const { status } = response;
  if (status === 507) return "truncated";
  if (samePath(href.path, collectionPath)) return "collection";
  if (href.path.length > longestKey || leavesFolder(href.path) || !href.path.startsWith(folderOf(collectionPath))) return "foreign";
  if (status === 404 || status === 410) return "gone";
  if (status === 418) return "unusable";
  if (status === 405) return "nothing";
  if (isDeeper(href.path, collectionPath)) return "nothing";
  if (status === 403) return "forbidden";
  const types = property(response, ns.dav, "resourcetype")?.children ?? [];
  if (types.some((type) => type.namespace === ns.dav && type.name === "collection")) return "nothing";
  if (/;\s*component="?v(?:todo|journal|freebusy|availability)\b/i.test(propertyText(response, ns.dav, "getcontenttype") ?? "")) return "not-event";
  return "item";
}

export function toListedItem(response: DavResponse, href: DavHref): ListedItem {
  return { key: href.path, wire: href.wire, revision: readEtag(response) };
}

export function readEtag(response: DavResponse): Revision {
  return revisionOf(propertyText(response, ns.dav, "getetag"));
}

/** An ETag of a property or header, verbatim; `null` where there is none, or one that never moves (empty, SOGo's `"None"`). */
export function revisionOf(etag: string | null): Revision {
  return etag === null || /^\s*(?:W\/)?"?(?:None|null)?"?\s*$/.test(etag) ? null : etag;
}

function folderOf(collectionPath: string): string {
  return `${collectionPath.replace(/\/+$/, "")}/`;
}

function isDeeper(path: string, collectionPath: string): boolean {
  const folder = folderOf(collectionPath);
  return path.startsWith(folder) && path.slice(folder.length).replace(/\/+$/, "").includes("/");
}
