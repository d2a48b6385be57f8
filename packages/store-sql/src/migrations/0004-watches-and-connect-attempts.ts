import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

function statements(flavor: SqlFlavor): string[] {
  const { text, integer, bytes } = flavor.types;
  const organization = `organization ${text} not null references organization (id)`;
  const ofConnection = "foreign key (organization, connection_id) references connection (organization, id)";
  return [
    createTable(flavor, "watch_channel", {
      columns: [organization, `id ${text} not null`, `connection_id ${text} not null`, `calendar_id ${text}`, `token_digest ${text} not null`,
        `state ${text} not null`, `resource ${text}`, `created_at ${integer} not null`, `expires_at ${integer} not null`, `notified_at ${integer}`],
      keys: ["primary key (organization, id)", ofConnection, "foreign key (organization, calendar_id) references calendar (organization, id)"],
      clustered: true,
    }),
    "create index watch_channel_by_calendar on watch_channel (organization, calendar_id) where calendar_id is not null",
    "create index watch_channel_by_connection on watch_channel (organization, connection_id)",
    createTable(flavor, "connect_attempt", {
      columns: [organization, `state_digest ${text} not null`, `binding_digest ${text} not null`, `account_id ${text} not null`,
        `provider ${text} not null`, `redirect_uri ${text} not null`, `scopes ${text} not null`, `issuer ${text}`, `issuer_promised ${integer} not null`,
        `connection_id ${text}`, `return_to ${text}`, `verifier ${bytes} not null`, `created_at ${integer} not null`, `expires_at ${integer} not null`],
      keys: ["primary key (organization, state_digest)", "foreign key (organization, account_id) references account (organization, id)", ofConnection],
      clustered: true,
    }),
    "create index connect_attempt_by_expiry on connect_attempt (organization, expires_at)",
    `alter table sync_state add column last_change ${integer}`,
    `alter table sync_state add column cadence ${text}`,
  ];
}

/** Watch channels at providers, connect attempts under way, and how often a calendar is polled. */
export const watchesAndConnectAttempts: Migration = { number: 4, name: "watches-and-connect-attempts", statements };
