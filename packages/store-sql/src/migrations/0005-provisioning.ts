import type { SqlFlavor } from "../database/sql-flavor.ts";
import { createTable } from "./create-table.ts";
import type { Migration } from "./migration.ts";

/** Users and groups that identity providers keep. */
export const provisioning: Migration = {
  number: 5,
  name: "provisioning",
  statements: (flavor: SqlFlavor) => {
    const { text, integer } = flavor.types;
    const organization = `organization ${text} not null references organization (id)`;
    const changes = [`created_at ${integer} not null`, `changed_at ${integer} not null`, `version ${integer} not null`];
    const ofAccount = "foreign key (organization, account_id) references account (organization, id)";
    return [
      createTable(flavor, "provisioned_user", {
        columns: [organization, `account_id ${text} not null`, `user_name ${text} not null`, `external_id ${text}`, `active ${integer} not null`,
          `attributes ${text} not null`, ...changes],
        keys: ["primary key (organization, account_id)", "unique (organization, user_name)", ofAccount],
      }),
      "create index provisioned_user_by_external_id on provisioned_user (organization, external_id)",
      createTable(flavor, "provisioned_group", {
        columns: [organization, `id ${text} not null`, `display_name ${text} not null`, `external_id ${text}`, `attributes ${text} not null`, ...changes],
        keys: ["primary key (organization, id)", "unique (organization, display_name)"],
      }),
      createTable(flavor, "provisioned_membership", {
        columns: [organization, `group_id ${text} not null`, `account_id ${text} not null`],
        keys: ["primary key (organization, group_id, account_id)",
          "foreign key (organization, group_id) references provisioned_group (organization, id)",
          "foreign key (organization, account_id) references provisioned_user (organization, account_id)"],
        clustered: true,
      }),
      "create index provisioned_membership_by_account on provisioned_membership (organization, account_id)",
    ];
  },
};
