import { randomBytes } from "node:crypto";
import type { Random } from "@kalends/model";

/** The operating system's random generator. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uniform: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
