import type { Clock, Random } from "@kalends/model";
import type { ClientState, GoogleFeatures } from "./google-state.ts";
import type { GoogleExchange } from "./logged-request.ts";
import type { SendNotification } from "./push/hub.ts";
import type { QuotaOptions } from "./quota.ts";

export interface GoogleUserOptions {
  /** Address of the account; also the id of its primary calendar. */
  email: string;
  /** Default: the part before the @. */
  name?: string;
  /** IANA zone. Default `UTC`. */
  timeZone?: string;
  /** For accounts of an organization: its domain, for domain-wide delegation. */
  hostedDomain?: string;
}

export type GoogleClientOptions = Partial<ClientState> & { id: string };

export interface GoogleSandboxOptions {
  clock: Clock;
  /** Where codes, tokens and ids come from. Default: a source seeded by the clock's now, good enough on a loopback interface. */
  random?: Random;
  /** Default 0: any free port. */
  port?: number;
  users: GoogleUserOptions[];
  /** Default: one named `sandbox-client`, without registered addresses. */
  clients?: GoogleClientOptions[];
  features?: Partial<GoogleFeatures>;
  quota?: Partial<QuotaOptions>;
  /** Delivers notifications in another way than over http to this machine. */
  send?: SendNotification;
  /** Sees every request with its answer, bodies included: for a check against the official description. */
  onExchange?: (exchange: GoogleExchange) => void;
}
