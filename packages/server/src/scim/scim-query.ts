import SCIMMY from "scimmy";
import { ScimRefusal } from "./scim-answer.ts";

type Filter = InstanceType<typeof SCIMMY.Types.Filter>;

/** What a request asks for besides its path (RFC 7644 section 3.4.2). */
export interface ScimQuery {
  /** As it was written; `null`: everything. */
  filter: string | null;
  /** From 1. */
  startIndex: number;
  /** At most `mostResults`; 0 asks for the number of results only. */
  count: number;
  /** Which attributes to show or to leave out. */
  attributes: Filter | undefined;
  /** `attribute` in lower case. */
  leavesOut(attribute: string): boolean;
}

/** The most resources that one answer holds. */
export const mostResults = 200;
const mostFilterCharacters = 1_000;

export function readScimQuery(parameters: URLSearchParams): ScimQuery {
  const filter = parameters.get("filter");
  if (filter !== null && filter.length > mostFilterCharacters) refuse("invalidFilter", `A filter has at most ${mostFilterCharacters} characters`);
  const shown = names(parameters.get("attributes"));
  const hidden = names(parameters.get("excludedAttributes"));
  return {
    filter: filter === null || filter.trim() === "" ? null : filter,
    startIndex: Math.max(1, whole(parameters.get("startIndex"), 1)),
    count: Math.min(mostResults, Math.max(0, whole(parameters.get("count"), 100))),
    attributes: selection(shown, hidden),
    leavesOut: (attribute) => hidden.includes(attribute) || (shown.length > 0 && !shown.some((name) => name.split(".")[0] === attribute)),
  };
}

function names(list: string | null): string[] {
  const found = (list ?? "").split(",").map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  if (found.some((name) => name.length > 200 || !/^[\w$:.-]+$/.test(name))) refuse("invalidPath", "An attribute name is not acceptable");
  if (found.length > 100) refuse("tooMany", "Too many attribute names");
  return found;
}

/** The library's own form: present, or not present. Who asks for some attributes gets `id`, `schemas` and `meta` with them. */
function selection(shown: string[], hidden: string[]): Filter | undefined {
  if (shown.length > 0) return new SCIMMY.Types.Filter([...new Set([...shown, "schemas", "meta"])].map((name) => `${name} pr`).join(" and ")) as Filter;
  if (hidden.length > 0) return new SCIMMY.Types.Filter(hidden.map((name) => `${name} np`).join(" and ")) as Filter;
  return undefined;
}

function whole(text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) refuse("invalidValue", "`startIndex` and `count` are whole numbers");
  return Number(text);
}

function refuse(scimType: string, detail: string): never {
  throw new ScimRefusal(400, scimType, detail);
}
