import { KalendsError } from "@kalends/model";
import { Keyset, keyIdOf, type KeysetKey, type KeyStatus } from "./keyset.ts";
import { parseKey } from "./vault-key.ts";

const statuses: ReadonlySet<unknown> = new Set<KeyStatus>(["primary", "enabled", "disabled"]);

/**
 * Reads a keyset from an environment variable or a key file. One key alone is a text of 43 characters of base64url; several are one JSON
 * object a line, `{"id":"...","status":"primary","key":"..."}`. Throws `key-invalid`, quoting nothing.
 */
export function parseKeyset(text: string): Keyset {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const [first] = lines;
  if (lines.length === 1 && first !== undefined && !first.startsWith("{")) return Keyset.of(parseKey(first));
  return new Keyset(lines.map((line, index) => parseLine(line, index + 1)));
}

/** The text that `parseKeyset` reads. Holds the keys themselves. */
export function formatKeyset(keyset: Keyset): string {
  const line = ({ id, status, key }: KeysetKey): string => JSON.stringify({ id, status, key: Buffer.from(key.reveal()).toString("base64url") });
  return `${keyset.keys.map(line).join("\n")}\n`;
}

function parseLine(line: string, number: number): KeysetKey {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // The parser's message would quote the key.
    throw lineInvalid(number, "is no JSON object");
  }
  const { id, status, key: text } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as Record<string, unknown>;
  if (typeof id !== "string" || typeof text !== "string" || !statuses.has(status)) throw lineInvalid(number, "needs id, status and key");
  const key = parseKey(text);
  if (keyIdOf(key) !== id) throw lineInvalid(number, "has an id that is not the one of its key");
  return { id, status: status as KeyStatus, key };
}

function lineInvalid(number: number, why: string): KalendsError {
  return new KalendsError("key-invalid", `Line ${number} of the keyset ${why}`);
}
