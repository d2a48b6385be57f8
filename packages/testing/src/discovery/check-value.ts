import type { DiscoveryDocument, DiscoverySchema } from "./discovery-document.ts";

export interface CheckOptions {
  /** `null` may stand for a field that is taken away. */
  nulls: boolean;
  /** Method in whose request the value stands; fields that it needs must be there. */
  requestOf: string | null;
}

const formats: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  int64: /^-?\d{1,19}$/,
  uint64: /^\d{1,20}$/,
  byte: /^[A-Za-z0-9+/_-]*={0,2}$/,
};

/** What is wrong with a JSON value by a schema: unknown fields, wrong types, formats and words. Values are not repeated in the messages. */
export function checkValue(document: DiscoveryDocument, schema: DiscoverySchema, value: unknown, at: string, options: CheckOptions): string[] {
  const target = schema.$ref === undefined ? schema : document.schemas[schema.$ref];
  if (!target) return [`${at}: the document has no schema ${schema.$ref}`];
  if (value === null) return options.nulls || target.type === "any" ? [] : [`${at}: null`];
  switch (target.type) {
    case "any":
      return [];
    case "object":
      return checkObject(document, target, value, at, options);
    case "array": {
      if (!Array.isArray(value)) return [`${at}: ${typeOf(value)} where an array belongs`];
      return value.flatMap((item, index) => checkValue(document, target.items ?? { type: "any" }, item, `${at}[${index}]`, { ...options, nulls: false }));
    }
    default:
      return checkScalar(target, value, at);
  }
}

function checkObject(document: DiscoveryDocument, schema: DiscoverySchema, value: unknown, at: string, options: CheckOptions): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${at}: ${typeOf(value)} where an object belongs`];
  const problems: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const known = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : schema.additionalProperties;
    if (known) problems.push(...checkValue(document, isLocalTime(value, name, inner, options) ? { type: "string" } : known, inner, `${at}.${name}`, options));
    else problems.push(`${at}.${name}: unknown field`);
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const needed = options.requestOf !== null && property.annotations?.required?.includes(options.requestOf);
    if (needed && !Object.hasOwn(value, name)) problems.push(`${at}.${name}: missing, and ${options.requestOf} needs it`);
  }
  return problems;
}

/** A request may leave the offset of an event's time out where the zone stands beside it (schema EventDateTime). */
function isLocalTime(parent: object, name: string, value: unknown, options: CheckOptions): boolean {
  if (options.requestOf === null || name !== "dateTime" || typeof (parent as Record<string, unknown>)["timeZone"] !== "string") return false;
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(value);
}

function checkScalar(schema: DiscoverySchema, value: unknown, at: string): string[] {
  const wanted = schema.type === "integer" ? "number" : schema.type;
  if (typeof value !== wanted) return [`${at}: ${typeOf(value)} where ${schema.type} belongs`];
  if (schema.type === "integer" && !Number.isInteger(value)) return [`${at}: not a whole number`];
  return checkText(schema, String(value), at);
}

/** What is wrong with a value written as text, as in a query. */
export function checkText(schema: DiscoverySchema, text: string, at: string): string[] {
  if (schema.type === "boolean" && text !== "true" && text !== "false") return [`${at}: not a boolean`];
  if (schema.type === "integer" && !/^-?\d{1,19}$/.test(text)) return [`${at}: not a whole number`];
  if (schema.type === "number" && !Number.isFinite(Number(text))) return [`${at}: not a number`];
  if (schema.type === "integer" || schema.type === "number") {
    if (schema.minimum !== undefined && Number(text) < Number(schema.minimum)) return [`${at}: below ${schema.minimum}`];
    if (schema.maximum !== undefined && Number(text) > Number(schema.maximum)) return [`${at}: above ${schema.maximum}`];
  }
  if (schema.enum && !schema.enum.includes(text)) return [`${at}: none of ${schema.enum.join(", ")}`];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) return [`${at}: does not match its pattern`];
  const format = schema.type === "string" ? formats[schema.format ?? ""] : undefined;
  return format && !format.test(text) ? [`${at}: not of the format ${schema.format}`] : [];
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "an array" : value === null ? "null" : typeof value;
}
