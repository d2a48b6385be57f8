import { z } from "zod";
import { KalendsError, type AccountId } from "@kalends/model";

/** Whole periods of 24 hours of UTC time; 0: at once. Neither daylight saving nor leap days change their length. */
export type Days = number;

/** How long what is kept. */
export interface RetentionPolicy {
  /** Shown in reports and reasons. */
  name: string;
  /** Events that came from a person's calendar, and what is derived from them. */
  thirdPartyEvent: {
    /** After the event left the union of the query windows into the past. At most 31. */
    outsideWindow: Days;
    /** After the last authorization of the account ended. */
    afterLastAuthorization: Days;
  };
  /** Events that an application wrote through Kalends. */
  partnerEvent: {
    /** After that application's own authorization ended. What others see of the event lives on as their third-party event. */
    afterOwnAuthorization: Days;
  };
  credential: {
    afterLastAuthorization: Days;
    /** After the provider first said that the grant is revoked or the account suspended. */
    afterRefusal: Days;
    /** After its connection was disconnected. */
    afterDisconnect: Days;
  };
  /** Accounts, connections, calendars and rights: ids and names. */
  structure: { afterLastAuthorization: Days };
  /** Invitations sent with an application's own mail. */
  smartInvite: {
    /** After the end of the last occurrence; of an endless series after its cancellation. Whether anybody is authorized does not matter. */
    afterEvent: Days;
  };
  /** Operational logs, deliveries, feed records and remembered removals. */
  operational: { afterWritten: Days };
  /** The audit log and alerts hold ids, codes and counts. `null`: they stay. */
  audit: { afterWritten: Days | null };
  /** `never`: titles, descriptions, places and people of events are neither asked for nor stored, whatever an authorization allows. */
  content: "as-authorized" | "never";
  /** Accounts of which nothing is purged, whatever else applies; hidden stays hidden. `"all"`: every account. */
  legalHold: readonly AccountId[] | "all";
}

const days = z.int().min(0).max(36_500);

export const retentionPolicySchema: z.ZodType<RetentionPolicy> = z.strictObject({
  name: z.string().min(1).max(64),
  thirdPartyEvent: z.strictObject({ outsideWindow: days.max(31), afterLastAuthorization: days }),
  partnerEvent: z.strictObject({ afterOwnAuthorization: days }),
  credential: z.strictObject({ afterLastAuthorization: days, afterRefusal: days, afterDisconnect: days }),
  structure: z.strictObject({ afterLastAuthorization: days }),
  smartInvite: z.strictObject({ afterEvent: days }),
  operational: z.strictObject({ afterWritten: days }),
  audit: z.strictObject({ afterWritten: days.nullable() }),
  content: z.enum(["as-authorized", "never"]),
  legalHold: z.union([z.literal("all"), z.array(z.string().min(1).max(128))]),
});

/**
 * Checks a policy of the host's own. Throws `invalid-argument` naming the field: also where ids would go before what hangs on them, as a
 * parent may not go before its children.
 */
export function readPolicy(policy: unknown): RetentionPolicy {
  const parsed = retentionPolicySchema.safeParse(policy);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new KalendsError("invalid-argument", `The retention policy's ${issue?.path.join(".") || "shape"} is not acceptable: ${issue?.message ?? ""}`);
  }
  const { structure, thirdPartyEvent, credential, partnerEvent } = parsed.data;
  const children = [thirdPartyEvent.afterLastAuthorization, credential.afterLastAuthorization, partnerEvent.afterOwnAuthorization];
  if (structure.afterLastAuthorization >= Math.max(...children)) return parsed.data;
  throw new KalendsError("invalid-argument", "The retention policy's structure.afterLastAuthorization must not be shorter than what hangs on it");
}
