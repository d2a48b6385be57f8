import { createHash } from "node:crypto";

/** SHA-256, the first 132 bits of it in base64url: enough that two texts never meet. */
export function feedDigest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** The key of an item: its UID where that is short and plain, else a digest of it. */
export function itemKey(uid: string): string {
  return /^(?!sha256-)[A-Za-z0-9._@-]{1,200}$/.test(uid) ? uid : `sha256-${feedDigest(uid)}`;
}
