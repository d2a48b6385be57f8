import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

function statements(flavor: SqlFlavor): string[] {
  const { text, integer, bytes } = flavor.types;
  const organization = `organization ${text} not null references organization (id)`;
  return [
    // The row with the empty account id holds the organization's own data key; hence no foreign key to the account.
    createTable(flavor, "data_key", {
      columns: [organization, `account_id ${text} not null`, `key_id ${text} not null`, `epoch ${integer} not null`, `wrapped ${bytes} not null`],
      keys: ["primary key (organization, account_id)"],
    }),
    "create index data_key_by_key on data_key (organization, key_id)",
    // Lines of the first schema carry no chain; nothing that was released ever wrote one.
    "drop table audit_record",
    "update feed_counter set audit_number = 0",
    `alter table feed_counter add column audit_head ${bytes}`,
    `alter table feed_counter add column alert_number ${integer} not null default 0`,
    createTable(flavor, "audit_record", {
      columns: [organization, `sequence ${integer} not null`, `at ${integer} not null`, `action ${text} not null`, `actor ${text} not null`,
        `subject ${text} not null`, `detail ${text} not null`, `previous_hash ${bytes} not null`, `hash ${bytes} not null`],
      keys: ["primary key (organization, sequence)"],
      clustered: true,
    }),
    ...flavor.appendOnly("audit_record"),
    createTable(flavor, "alert_record", {
      columns: [organization, `sequence ${integer} not null`, `first ${integer} not null`, `step ${text} not null`, `kind ${text} not null`,
        `subject ${text} not null`, `detail ${text} not null`, `actor ${text} not null`, `at ${integer} not null`],
      keys: ["primary key (organization, sequence)", "foreign key (organization, first) references alert_record (organization, sequence)"],
      clustered: true,
    }),
    "create unique index alert_by_first on alert_record (organization, first, step)",
    "create index alert_by_subject on alert_record (organization, kind, subject)",
    ...flavor.appendOnly("alert_record"),
  ];
}

/** Data keys of accounts, the chained audit log, alerts. */
export const keysAuditAlerts: Migration = { number: 2, name: "keys-audit-alerts", statements };
