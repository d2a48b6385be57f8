import { errorTable, type ErrorCode, type Failure } from "./error-codes.ts";
import type { RemoteKey, Revision } from "./ids.ts";

/** The item at the provider that a write ran into. */
export interface WriteConflict {
  /** The item's key; `null` where the provider does not name it. */
  remoteKey: RemoteKey | null;
  /** Its revision now; `null` where it is gone or the provider tells none. */
  revision: Revision;
  /** `true`: the item was deleted at the provider. */
  deleted: boolean;
}

export interface KalendsErrorOptions {
  /** What kept going wrong underneath. Must hold no secret and no event text. */
  cause?: unknown;
  /** How long the provider asked to wait, in milliseconds. */
  retryAfterMs?: number;
  /** What stands in the way of a write, where the provider tells. */
  conflict?: WriteConflict;
  /** The request left and no answer came: nobody knows whether the provider did what it was asked. */
  mayHaveArrived?: boolean;
  /** Overrides the code's usual failure class where the situation demands it. */
  failure?: Failure;
  /** Overrides the code's usual remedy where a better one is known. */
  remedy?: string;
}

/**
 * The one error class. `code` says what happened, `failure` what kind it is, `remedy` what to do about it.
 * `message` names the place in plain words; it never holds a secret, an event's text or a response body.
 */
export class KalendsError extends Error {
  override readonly name = "KalendsError";
  readonly code: ErrorCode;
  readonly failure: Failure;
  readonly remedy: string;
  readonly retryAfterMs: number | undefined;
  /** Set on conflicts of a write: `revision-conflict`, `already-exists`. */
  readonly conflict: WriteConflict | undefined;
  /** `true` for a `network-unreachable` of a connection that ended after the request was under way; what was asked may have been done. */
  readonly mayHaveArrived: boolean;
  /** Where the documentation explains the code, relative to the docs root. */
  readonly docs: string;

  constructor(code: ErrorCode, message: string, options: KalendsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry = errorTable[code];
    this.code = code;
    this.failure = options.failure ?? entry.failure;
    this.remedy = options.remedy ?? entry.remedy;
    this.retryAfterMs = options.retryAfterMs;
    this.conflict = options.conflict;
    this.mayHaveArrived = options.mayHaveArrived ?? false;
    this.docs = `reference/errors.md#${code}`;
  }
}

/** Turns anything thrown into a `KalendsError`; unknown things become `internal`, with the original as cause. */
export function toKalendsError(thrown: unknown): KalendsError {
  if (thrown instanceof KalendsError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new KalendsError("internal", `An unexpected ${name} was thrown`, { cause: thrown });
}
