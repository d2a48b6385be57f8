import type { Database } from "../schema/database.ts";

/**
 * Which rule of the retention policy a table falls under.
 * - `event`: what came from a person's calendar, and what was derived from it.
 * - `credential`; `key`: the account's data key, which goes with the last of what it seals.
 * - `structure`: accounts, connections, calendars, rights: ids and names.
 * - `operational`: output, waiting work and remembered removals.
 * - `configuration`: the host's applications and settings; no end-user data.
 * - `audit`: ids, codes and counts; how long is the host's decision.
 */
export type DataClass = "event" | "credential" | "key" | "structure" | "operational" | "configuration" | "audit";

/** Which column of a table names what its rows hang on. */
export type OwnerColumn = "id" | "account_id" | "connection_id" | "calendar_id" | "subject";

export interface TableClass {
  class: DataClass;
  /** Absent: no row of it belongs to a person. */
  account?: OwnerColumn;
  /** Absent: no row of it belongs to one connection alone. */
  connection?: OwnerColumn;
}

const ofCalendar = { account: "calendar_id", connection: "calendar_id" } as const;

/** Every table. One that is missing here does not compile: whoever adds it decides how long its rows live, and whose they are. */
export const tableClasses: { readonly [Table in keyof Database]: TableClass } = {
  // Children before parents: a purge and an erasure go through it in this order.
  job: { class: "operational", account: "subject", connection: "subject" },
  connect_attempt: { class: "operational", account: "account_id", connection: "connection_id" },
  watch_channel: { class: "operational", account: "connection_id", connection: "connection_id" },
  credential_renewal: { class: "credential", account: "connection_id", connection: "connection_id" },
  credential: { class: "credential", account: "connection_id", connection: "connection_id" },
  busy_span: { class: "event", ...ofCalendar },
  calendar_object: { class: "event", ...ofCalendar },
  quarantined_item: { class: "event", ...ofCalendar },
  tombstone: { class: "operational", ...ofCalendar },
  sync_state: { class: "structure", ...ofCalendar },
  application_record: { class: "operational", account: "account_id", connection: "calendar_id" },
  change_record: { class: "operational", account: "account_id", connection: "connection_id" },
  calendar: { class: "structure", account: "account_id", connection: "connection_id" },
  connection: { class: "structure", account: "account_id", connection: "id" },
  provisioned_membership: { class: "structure", account: "account_id" },
  provisioned_user: { class: "structure", account: "account_id" },
  access_authorization: { class: "structure", account: "account_id" },
  data_key: { class: "key", account: "account_id" },
  account: { class: "structure", account: "id" },

  application_feed_counter: { class: "configuration" },
  application: { class: "configuration" },
  // Names of groups, kept by the organization's identity provider; who is in them goes with the account.
  provisioned_group: { class: "configuration" },
  // The host's own staff, by the host's ids; removed by the host.
  member: { class: "configuration" },
  invitation: { class: "operational" },
  feed_counter: { class: "configuration" },
  organization: { class: "configuration" },
  request_budget: { class: "configuration" },
  setting: { class: "configuration" },
  migration: { class: "configuration" },
  // They outlive the person: ids, counts, and grants that are still to be taken back.
  erasure: { class: "audit" },
  erasure_item: { class: "audit" },
  erasure_grant: { class: "credential" },
  audit_record: { class: "audit" },
  alert_record: { class: "audit" },
};
