import { randomBytes } from "node:crypto";
import type { Random } from "@kalends/model";

/** The real generator, for tests against real servers. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length), uniform: () => Math.random() };
