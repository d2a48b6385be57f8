import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

/** Requests to be forgotten, whom to tell of them, and the grants that are to be taken back. */
export const erasure: Migration = {
  number: 8,
  name: "erasure",
  statements: (flavor: SqlFlavor) => {
    const { text, integer, bytes } = flavor.types;
    const organization = `organization ${text} not null references organization (id)`;
    const ofErasure = "foreign key (organization, erasure_id) references erasure (organization, id)";
    return [
      createTable(flavor, "erasure", {
        columns: [organization, `id ${text} not null`, `account_id ${text} not null`, `requested_at ${integer} not null`, `actor ${text} not null`,
          `found ${text} not null`, `key_end ${text}`, `key_id ${text}`, `key_epoch ${integer}`, `finished_at ${integer}`],
        keys: ["primary key (organization, id)"],
      }),
      // Whether an event left the window follows from its end and the windows of the moment; nothing has to be remembered.
      "alter table calendar_object drop column left_at",
      "create index erasure_by_account on erasure (organization, account_id)",
      createTable(flavor, "erasure_item", {
        columns: [organization, `erasure_id ${text} not null`, `system ${text} not null`, `done_at ${integer}`, `done_by ${text}`],
        keys: ["primary key (organization, erasure_id, system)", ofErasure],
        clustered: true,
      }),
      createTable(flavor, "erasure_grant", {
        columns: [organization, `erasure_id ${text} not null`, `connection_id ${text} not null`, `provider ${text} not null`, `sealed ${bytes} not null`],
        keys: ["primary key (organization, erasure_id, connection_id)", ofErasure],
      }),
    ];
  },
};
