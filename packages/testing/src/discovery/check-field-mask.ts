import type { DiscoveryDocument, DiscoverySchema } from "./discovery-document.ts";

/** What is wrong with a `fields` parameter by the schema of the answer: names that the answer cannot have. */
export function checkFieldMask(document: DiscoveryDocument, schema: DiscoverySchema, mask: string): string[] {
  const problems: string[] = [];
  let at = 0;

  function list(inside: DiscoverySchema | null): void {
    for (;;) {
      path(inside);
      if (mask[at] !== ",") return;
      at++;
    }
  }

  function path(inside: DiscoverySchema | null): void {
    const name = /^(?:\*|[A-Za-z][A-Za-z0-9]*)/.exec(mask.slice(at))?.[0] ?? "";
    at += name.length;
    const next = name === "" || inside === null ? null : fieldOf(document, inside, name);
    if (name === "") problems.push(`fields: a name is missing at character ${at}`);
    else if (inside !== null && next === null) problems.push(`fields: the answer has no ${name} there`);
    if (mask[at] === "/") {
      at++;
      path(next);
    } else if (mask[at] === "(") {
      at++;
      list(next);
      if (mask[at] !== ")") problems.push("fields: a parenthesis is not closed");
      else at++;
    }
  }

  list(resolve(document, schema));
  if (at < mask.length && problems.length === 0) problems.push(`fields: cannot be read from character ${at} on`);
  return problems;
}

function resolve(document: DiscoveryDocument, schema: DiscoverySchema): DiscoverySchema | null {
  const target = schema.$ref === undefined ? schema : document.schemas[schema.$ref];
  if (target?.type === "array") return target.items ? resolve(document, target.items) : null;
  return target ?? null;
}

/** Schema of a field. With `*`, of any field: what follows cannot be checked by name, so the object itself stands in. */
function fieldOf(document: DiscoveryDocument, schema: DiscoverySchema, name: string): DiscoverySchema | null {
  if (name === "*") return schema.additionalProperties ? resolve(document, schema.additionalProperties) : schema;
  const known = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : schema.additionalProperties;
  return known ? resolve(document, known) : null;
}
