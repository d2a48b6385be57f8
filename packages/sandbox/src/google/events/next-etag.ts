import type { GoogleState } from "../google-state.ts";

/** An ETag as Google writes it. */
export function nextEtag(state: GoogleState): string {
  return `"${state.clock.now() * 2_000 + (state.nextSerial() % 2_000)}"`;
}
