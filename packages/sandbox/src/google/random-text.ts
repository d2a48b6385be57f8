import type { Random } from "@kalends/model";

/** So many random bytes as base64url. */
export function randomText(random: Random, bytes = 24): string {
  return Buffer.from(random.bytes(bytes)).toString("base64url");
}
