import { badParameter } from "./google-refused.ts";

/** A parsed mask: names to what is wanted of each; `null` stands for everything. */
type Mask = Map<string, Mask | null>;

/**
 * Keeps what a `fields` parameter names: `a,b(c,d/e),items/id,*` (developers.google.com/workspace/calendar/api/guides/performance).
 * A name that does not occur selects nothing. Refuses with 400 a mask that cannot be read.
 */
export function applyFieldMask(body: unknown, mask: string): unknown {
  return select(body, parseMask(mask));
}

function select(value: unknown, mask: Mask): unknown {
  if (Array.isArray(value)) return value.map((item) => select(item, mask));
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const wanted = mask.has(name) ? mask.get(name) : mask.get("*");
    if (wanted === undefined) continue;
    kept[name] = wanted === null ? inner : select(inner, wanted);
  }
  return kept;
}

function parseMask(text: string): Mask {
  let at = 0;
  const refuse = (): Error => badParameter("fields", `Invalid field selection ${text.slice(0, 100)}`, "invalidParameter");

  function list(depth: number): Mask {
    if (depth > 20) throw refuse();
    const mask: Mask = new Map();
    for (;;) {
      path(mask, depth);
      if (text[at] !== ",") return mask;
      at++;
    }
  }

  function path(mask: Mask, depth: number): void {
    const name = /^(?:\*|[A-Za-z][A-Za-z0-9]*)/.exec(text.slice(at, at + 100))?.[0];
    if (name === undefined) throw refuse();
    at += name.length;
    let inner: Mask | null = null;
    if (text[at] === "/") {
      if (depth > 20) throw refuse();
      at++;
      inner = new Map();
      path(inner, depth + 1);
    } else if (text[at] === "(") {
      at++;
      inner = list(depth + 1);
      if (text[at] !== ")") throw refuse();
      at++;
    }
    add(mask, name, inner);
  }

  const mask = list(0);
  if (at !== text.length) throw refuse();
  return mask;
}

function add(mask: Mask, name: string, inner: Mask | null): void {
  const before = mask.get(name);
  if (before === null || inner === null || before === undefined) mask.set(name, inner);
  else for (const [key, value] of inner) add(before, key, value);
}
