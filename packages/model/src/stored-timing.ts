import type { EventTiming } from "./event.ts";
import type { ZoneDefinition } from "./event-time.ts";

/** What a stored object's `timing` column holds, as JSON: everything expansion needs and no event text. */
export interface StoredTiming {
  events: EventTiming[];
  zones?: ZoneDefinition[];
}
