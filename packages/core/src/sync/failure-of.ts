import { KalendsError, toKalendsError } from "@kalends/model";

/** What was thrown, as a `KalendsError`. What an aborted signal makes others throw (its own reason, an AbortError) is `aborted`. */
export function failureOf(thrown: unknown, signal: AbortSignal | undefined): KalendsError {
  if (thrown instanceof KalendsError || signal?.aborted !== true) return toKalendsError(thrown);
  return new KalendsError("aborted", "The call was stopped", { cause: thrown });
}
