import { createHash, timingSafeEqual } from "node:crypto";

/** SHA-256 of an unguessable text, 64 hex digits: what is stored of it. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Compares in a time that does not depend on where the two differ. Both are hashed, so their lengths do not matter. */
export function sameSecret(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(hash(one), hash(other));
}
