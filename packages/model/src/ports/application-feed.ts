import type { ApplicationRecord } from "../application-record.ts";
import type { ApplicationId } from "../ids.ts";

/** The ordered output for one application: only what its authorizations reach. */
export interface ApplicationFeed {
  /** Records with a sequence greater than `since`, in order, at most `limit`. */
  read(applicationId: ApplicationId, since: number, limit: number): Promise<ApplicationRecord[]>;
  /** Sequence of the newest record; 0 where there was none. */
  head(applicationId: ApplicationId): Promise<number>;
}
