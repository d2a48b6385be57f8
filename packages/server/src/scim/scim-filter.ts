import SCIMMY from "scimmy";
import { ScimRefusal } from "./scim-answer.ts";

/** A filter that one look-up answers. */
export interface EqualityFilter {
  attribute: string;
  value: string;
}

const equality = /^\s*([\w.]+)\s+eq\s+"((?:[^"\\]|\\.)*)"\s*$/i;
const strings = /"(?:[^"\\]|\\.)*"/g;

/** `userName eq "ada"` and its like; `null` for everything else. */
export function readEquality(filter: string): EqualityFilter | null {
  const match = equality.exec(filter);
  if (match === null) return null;
  const [, attribute = "", text = ""] = match;
  try {
    return { attribute: attribute.toLowerCase(), value: JSON.parse(`"${text}"`) as string };
  } catch {
    throw new ScimRefusal(400, "invalidFilter", "A text of the filter is not well-formed");
  }
}

/** A test for resources, without regard to case, as most attributes ask for (RFC 7643 section 2.2). Throws `invalidFilter`. */
export function scimFilter(filter: string): (resource: object) => boolean {
  let compiled: { match(values: object[]): object[] } & Iterable<unknown>;
  try {
    compiled = new SCIMMY.Types.Filter(filter.replace(strings, (text) => text.toLowerCase())) as never;
    for (const expression of compiled) requireComparators(expression);
  } catch (thrown) {
    if (thrown instanceof ScimRefusal) throw thrown;
    throw new ScimRefusal(400, "invalidFilter", "The filter could not be read");
  }
  return (resource) => compiled.match([folded(resource) as object]).length > 0;
}

/** The library takes `userName eq` for "anything", which would hand out everybody. */
function requireComparators(expression: unknown): void {
  if (Array.isArray(expression)) {
    const [operator, value] = expression as unknown[];
    if (typeof operator === "string") {
      const bare = ["pr", "np", "not"].includes(operator.toLowerCase());
      if (!bare && value === undefined) throw new ScimRefusal(400, "invalidFilter", "A comparison lacks its value");
      if (operator.toLowerCase() === "not") requireComparators(expression.slice(1));
      return;
    }
    for (const part of expression) requireComparators(part);
    return;
  }
  if (typeof expression === "object" && expression !== null) for (const part of Object.values(expression)) requireComparators(part);
}

function folded(value: unknown): unknown {
  if (typeof value === "string") return value.toLowerCase();
  if (Array.isArray(value)) return value.map(folded);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, folded(part)]));
  return value;
}
