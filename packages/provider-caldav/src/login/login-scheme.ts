import type { DigestChallenge } from "./digest.ts";

/**
 * How one origin wants the login, as learned from its answers. Holds nothing secret.
 *
 * - `unknown`: nothing was asked yet.
 * - `basic`: Basic was accepted, or is all that is offered.
 * - `digest`: the newest challenge, and how often its nonce was used.
 */
export type LoginScheme = { kind: "unknown" } | { kind: "basic" } | { kind: "digest"; challenge: DigestChallenge; used: number };
