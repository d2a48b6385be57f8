import type { SqlValue } from "@kalends/store-sql";
import { encodeText } from "./text-code.ts";

/** The values as one array in PostgreSQL's text form (its manual, section 8.15.2), which every client library can send. */
export function arrayLiteral(values: readonly SqlValue[]): string {
  return `{${values.map(element).join(",")}}`;
}

function element(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return `"${encodeText(value).replace(/["\\]/g, "\\$&")}"`;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}"`;
}
