import type { ServerOptions } from "./server-options.ts";

/** The handlers at their place. */
export interface Mount {
  options: ServerOptions;
  /** Reached over https. */
  isSecure: boolean;
  /** The address that is registered at the provider. */
  callbackOf(provider: string): string;
  /** The page of Kalends' own that tells an outcome. */
  resultOf(outcome: string): string;
}
