import type { RetentionPolicy } from "./policy.ts";

/** The periods of the published policy that this table follows; see docs/reference/retention.md. The default. */
const cronofy: RetentionPolicy = {
  name: "cronofy",
  thirdPartyEvent: { outsideWindow: 31, afterLastAuthorization: 30 },
  partnerEvent: { afterOwnAuthorization: 90 },
  credential: { afterLastAuthorization: 30, afterRefusal: 0, afterDisconnect: 0 },
  structure: { afterLastAuthorization: 90 },
  smartInvite: { afterEvent: 30 },
  operational: { afterWritten: 90 },
  audit: { afterWritten: null },
  content: "as-authorized",
  legalHold: [],
};

/** Everything goes when the right to it ends; ids stay a week, so that a slip can be mended without new ones. */
const strict: RetentionPolicy = {
  name: "strict",
  thirdPartyEvent: { outsideWindow: 1, afterLastAuthorization: 0 },
  partnerEvent: { afterOwnAuthorization: 0 },
  credential: { afterLastAuthorization: 0, afterRefusal: 0, afterDisconnect: 0 },
  structure: { afterLastAuthorization: 7 },
  smartInvite: { afterEvent: 1 },
  operational: { afterWritten: 30 },
  audit: { afterWritten: null },
  content: "as-authorized",
  legalHold: [],
};

/** The default periods, and no text of any event at any time: free-busy alone. */
const noContent: RetentionPolicy = { ...cronofy, name: "no-content", content: "never" };

/** The default, with logins that end with the right to them: at cancellation and suspension. */
const atOnce: RetentionPolicy = { ...cronofy, name: "at-once", credential: { afterLastAuthorization: 0, afterRefusal: 0, afterDisconnect: 0 } };

export type PresetName = "cronofy" | "at-once" | "strict" | "no-content";

/** Policies to begin with. A host that wants another one writes `{ ...retentionPresets.cronofy, name: "mine", ... }`. */
export const retentionPresets: Readonly<Record<PresetName, RetentionPolicy>> = { cronofy, "at-once": atOnce, strict, "no-content": noContent };

export const defaultRetentionPolicy: RetentionPolicy = cronofy;
