import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

function changedTables(flavor: SqlFlavor): string[] {
  const { text, integer, bytes } = flavor.types;
  const add = (table: string, ...columns: string[]): string[] => columns.map((column) => `alter table ${table} add column ${column}`);
  return [
    ...add("application", `feed ${integer} not null default 0`),
    ...add("account", `rules ${integer} not null default 0`),
    ...add("connection", `granted_scopes ${text}`),
    // Until now there was only the host's own authorization, which sees everything.
    ...add("access_authorization", `private_events ${integer} not null default 1`, `raised_calendar_ids ${text} not null default '[]'`),
    ...add("sync_state", `reread_from ${integer} not null default 0`),
    ...add("calendar_object", `private ${integer} not null default 0`, `title ${bytes}`, `description ${bytes}`),
    // Texts were sealed as one value; they are read again, each into its own column.
    "update calendar_object set content = null, digest = '', private = 1 where outside = 0",
    "update sync_state set reread_from = pass + 1",
  ];
}

function newTables(flavor: SqlFlavor): string[] {
  const { text, integer } = flavor.types;
  const organization = `organization ${text} not null references organization (id)`;
  const table = (name: string, columns: string[], key: string, clustered: boolean, ...keys: string[]): string => {
    return createTable(flavor, name, { columns: [organization, ...columns], keys: [`primary key (organization, ${key})`, ...keys], clustered });
  };
  const ofApplication = "foreign key (organization, application_id) references application (organization, id)";
  return [
    table("application_feed_counter", [`application_id ${text} not null`, `sequence ${integer} not null`], "application_id", true, ofApplication),
    table("application_record", [`application_id ${text} not null`, `sequence ${integer} not null`, `kind ${text} not null`, `account_id ${text} not null`,
      `calendar_id ${text}`, `uid ${text}`, `at ${integer} not null`], "application_id, sequence", true, ofApplication),
    "create index application_record_by_account on application_record (organization, application_id, account_id)",
    table("credential_renewal", [`connection_id ${text} not null`, `generation ${integer} not null`, `token ${integer} not null`, `holder ${text}`,
      `lease_until ${integer} not null`, `exchange_at ${integer}`], "connection_id", true,
      "foreign key (organization, connection_id) references connection (organization, id)"),
    table("member", [`id ${text} not null`, `role ${text} not null`, `joined_at ${integer} not null`], "id", true),
    table("invitation", [`id ${text} not null`, `digest ${text} not null`, `role ${text} not null`, `invited_by ${text}`, `created_at ${integer} not null`,
      `expires_at ${integer} not null`, `used_at ${integer}`, `used_by ${text}`, `revoked_at ${integer}`], "id", false, "unique (organization, digest)"),
  ];
}

/** Applications with feeds of their own, rules that drop what they forbid, members, and the right to renew a credential. */
export const permissions: Migration = {
  number: 3,
  name: "permissions",
  statements: (flavor) => [...changedTables(flavor), ...newTables(flavor)],
};
