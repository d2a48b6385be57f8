import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

function directory(flavor: SqlFlavor): string[] {
  const { text, integer, bytes } = flavor.types;
  const organization = `organization ${text} not null references organization (id)`;
  const table = (name: string, columns: string[], keys: string[]): string =>
    createTable(flavor, name, { columns: [organization, `id ${text} not null`, ...columns], keys: ["primary key (organization, id)", ...keys] });
  const ofAccount = "foreign key (organization, account_id) references account (organization, id)";
  const ofConnection = "foreign key (organization, connection_id) references connection (organization, id)";
  return [
    createTable(flavor, "organization", {
      columns: [`id ${text} not null primary key`, `name ${text} not null`, `created_at ${integer} not null`],
      keys: [],
    }),
    table("application", [`name ${text} not null`, `days_back ${integer} not null`, `days_ahead ${integer} not null`, `scopes ${text} not null`,
      `created_at ${integer} not null`], []),
    table("account", [`external_id ${text}`, `display_name ${text}`, `time_zone ${text} not null`, `created_at ${integer} not null`],
      ["unique (organization, external_id)"]),
    table("connection", [`account_id ${text} not null`, `provider ${text} not null`, `state ${text} not null`, `remote_identity ${text} not null`,
      `label ${text} not null`, `endpoint ${text} not null`, `created_at ${integer} not null`, `listed_at ${integer}`,
      `paused_until ${integer}`, `error_code ${text}`],
      ["unique (organization, account_id, provider, remote_identity)", ofAccount]),
    createTable(flavor, "credential", {
      columns: [organization, `connection_id ${text} not null`, `generation ${integer} not null`, `sealed ${bytes} not null`],
      keys: ["primary key (organization, connection_id)", ofConnection],
    }),
    table("access_authorization", [`application_id ${text} not null`, `account_id ${text} not null`, `scopes ${text} not null`,
      `detail ${text} not null`, `no_descriptions ${integer} not null`, `excluded_calendar_ids ${text} not null`, `state ${text} not null`,
      `created_at ${integer} not null`, `ended_at ${integer}`, `end_reason ${text}`],
      ["foreign key (organization, application_id) references application (organization, id)", ofAccount]),
    "create index authorization_by_account on access_authorization (organization, account_id)",
    table("calendar", [`connection_id ${text} not null`, `account_id ${text} not null`, `remote_key ${text} not null`, `name ${text} not null`,
      `color ${text}`, `time_zone ${text}`, `read_only ${integer} not null`, `hints ${text} not null`, `created_at ${integer} not null`,
      `removed_at ${integer}`], [ofConnection, ofAccount]),
    "create unique index calendar_by_remote_key on calendar (organization, connection_id, remote_key) where removed_at is null",
    "create index calendar_by_account on calendar (organization, account_id)",
  ];
}

function objects(flavor: SqlFlavor): string[] {
  const { text, integer, bytes } = flavor.types;
  const columns = [`organization ${text} not null`, `calendar_id ${text} not null`];
  const ofCalendar = "foreign key (organization, calendar_id) references calendar (organization, id)";
  const table = (name: string, key: string, own: string[], clustered: boolean): string =>
    createTable(flavor, name, {
      columns: [...columns, ...own],
      keys: [`primary key (organization, calendar_id${key === "" ? "" : `, ${key}`})`, ofCalendar],
      clustered,
    });
  return [
    table("sync_state", "", [`token ${integer} not null`, `holder ${text}`, `lease_until ${integer} not null`, `pass ${integer} not null`,
      `cursor ${text}`, `window_from ${integer}`, `window_to ${integer}`, `spans_behind ${integer} not null`, `refused_removals ${integer}`, `refused_pass ${integer}`,
      `failures ${integer} not null`, `last_success ${integer}`, `last_snapshot ${integer}`, `error_code ${text}`, `next_try ${integer}`], false),
    "create index sync_state_by_holder on sync_state (holder) where holder is not null",
    table("calendar_object", "remote_key, uid", [`remote_key ${text} not null`, `uid ${text} not null`, `revision ${text}`,
      `digest ${text} not null`, `first_ms ${integer} not null`, `last_ms ${integer} not null`, `outside ${integer} not null`,
      `pass ${integer} not null`, `warnings ${text}`, `timing ${text} not null`, `content ${bytes}`], false),
    "create index calendar_object_by_time on calendar_object (organization, calendar_id, last_ms, first_ms, outside)",
    "create index calendar_object_with_warnings on calendar_object (organization, calendar_id) where warnings is not null",
    table("quarantined_item", "remote_key", [`remote_key ${text} not null`, `revision ${text}`, `code ${text} not null`,
      `reason ${text} not null`, `pass ${integer} not null`], true),
    table("busy_span", "to_ms, from_ms, kind", [`to_ms ${integer} not null`, `from_ms ${integer} not null`, `kind ${text} not null`], true),
    table("tombstone", "remote_key, uid", [`remote_key ${text} not null`, `uid ${text} not null`, `removed_at ${integer} not null`], true),
  ];
}

function feed(flavor: SqlFlavor): string[] {
  const { text, integer } = flavor.types;
  const organization = `organization ${text} not null references organization (id)`;
  return [
    createTable(flavor, "change_record", {
      columns: [organization, `sequence ${integer} not null`, `kind ${text} not null`, `account_id ${text} not null`,
        `connection_id ${text} not null`, `calendar_id ${text}`, `uid ${text}`, `remote_key ${text}`, `at ${integer} not null`],
      keys: ["primary key (organization, sequence)"],
      clustered: true,
    }),
    createTable(flavor, "feed_counter", {
      columns: [organization, `change_sequence ${integer} not null`, `audit_number ${integer} not null`, `job_token ${integer} not null`],
      keys: ["primary key (organization)"],
      clustered: true,
    }),
    createTable(flavor, "job", {
      columns: [organization, `kind ${text} not null`, `subject ${text} not null`, `run_at ${integer} not null`, `again_at ${integer}`,
        `attempts ${integer} not null`, `token ${integer} not null`, `holder ${text}`, `lease_until ${integer}`],
      keys: ["primary key (organization, kind, subject)"],
      clustered: true,
    }),
    // The scheduler asks for the oldest due job of all organizations.
    "create index job_by_time on job (run_at)",
    // Few jobs run at a time, however many wait.
    "create index job_by_lease on job (lease_until) where lease_until is not null",
    createTable(flavor, "audit_record", {
      columns: [organization, `number ${integer} not null`, `at ${integer} not null`, `subject ${text} not null`, `line ${text} not null`],
      keys: ["primary key (organization, number)"],
      clustered: true,
    }),
    ...flavor.appendOnly("audit_record"),
    createTable(flavor, "setting", {
      columns: [`name ${text} not null primary key`, `value ${text} not null`],
      keys: [],
    }),
  ];
}

/** Everything of the first release. */
export const firstSchema: Migration = {
  number: 1,
  name: "first-schema",
  statements: (flavor) => [...directory(flavor), ...objects(flavor), ...feed(flavor)],
};
