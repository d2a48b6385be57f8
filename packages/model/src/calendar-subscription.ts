import type { RemoteKey } from "./ids.ts";
import type { Secret } from "./secret.ts";

/** A feed that the user follows at the provider. It holds nothing of the user's own and is no calendar of the login; who wants it reads its source. */
export interface CalendarSubscription {
  remoteKey: RemoteKey;
  name: string;
  color: string | null;
  /** Address of the feed (`https:`, `webcal:`); whoever knows it may read it. `null` where the provider tells none. */
  source: Secret | null;
}
