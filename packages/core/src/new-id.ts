import type { Random } from "@kalends/model";

const letters = "0123456789abcdefghjkmnpqrstvwxyz";

/** A new id such as `cal_7m2k...`: a prefix that tells the noun, and 100 random bits in Crockford's base 32. */
export function newId(random: Random, prefix: "acc" | "con" | "cal" | "aut" | "app" | "inv" | "grp" | "era"): string {
  let text = "";
  for (const byte of random.bytes(20)) text += letters.charAt(byte & 31);
  return `${prefix}_${text}`;
}
