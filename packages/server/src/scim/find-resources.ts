import type { ProvisionedPage } from "@kalends/model";
import SCIMMY from "scimmy";
import { readEquality, scimFilter } from "./scim-filter.ts";
import { mostResults, type ScimQuery } from "./scim-query.ts";

/** How one kind of resource is found. */
export interface ResourceShelf<T> {
  /** One look-up for attributes that have one, by their names in lower case. */
  lookUps: Readonly<Record<string, (value: string) => Promise<T[]>>>;
  count(): Promise<number>;
  list(page: ProvisionedPage): Promise<T[]>;
  idOf(stored: T): string;
  /** For a filter: the resource with all its attributes. */
  plain(stored: T): Promise<object>;
  show(stored: T): Promise<object>;
}

/** Answers a list request (RFC 7644 section 3.4.2). */
export async function findResources<T>(shelf: ResourceShelf<T>, query: ScimQuery): Promise<object> {
  const { startIndex, count } = query;
  if (query.filter === null) {
    const page = count === 0 ? [] : await shelf.list({ after: null, offset: startIndex - 1, limit: count });
    return listOf(await showAll(shelf, page), await shelf.count(), startIndex);
  }
  const found = await filtered(shelf, query.filter);
  return listOf(await showAll(shelf, found.slice(startIndex - 1, startIndex - 1 + count)), found.length, startIndex);
}

async function filtered<T>(shelf: ResourceShelf<T>, filter: string): Promise<T[]> {
  const equality = readEquality(filter);
  const lookUp = equality === null ? undefined : Object.entries(shelf.lookUps).find(([attribute]) => attribute === equality.attribute)?.[1];
  if (equality !== null && lookUp !== undefined) return lookUp(equality.value);
  const matches = scimFilter(filter);
  const found: T[] = [];
  for (let after: string | null = null; ; ) {
    const page: T[] = await shelf.list({ after, limit: mostResults });
    for (const stored of page) if (matches(await shelf.plain(stored))) found.push(stored);
    const last = page.at(-1);
    if (last === undefined || page.length < mostResults) return found;
    after = shelf.idOf(last);
  }
}

async function showAll<T>(shelf: ResourceShelf<T>, page: readonly T[]): Promise<object[]> {
  const shown: object[] = [];
  for (const stored of page) shown.push(await shelf.show(stored));
  return shown;
}

function listOf(resources: object[], totalResults: number, startIndex: number): object {
  return { schemas: [SCIMMY.Messages.ListResponse.id], totalResults, startIndex, itemsPerPage: resources.length, Resources: resources };
}
