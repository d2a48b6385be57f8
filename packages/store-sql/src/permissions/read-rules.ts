import type { AccountId, AccountRules, OrganizationId } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import { toApplication } from "../directory/application-rows.ts";
import { toAuthorization } from "../directory/authorization-rows.ts";

/**
 * Who may see what of the account. The generation is read first: rules that move between the queries are then newer than the number says,
 * and a change planned on them is refused.
 */
export async function readRules(database: SqlDatabase, organization: OrganizationId, accountId: AccountId): Promise<AccountRules | null> {
  return database.read(async (scope) => {
    const { db } = scope;
    const account = await scope.first(db.selectFrom("account").select("rules").where("organization", "=", organization).where("id", "=", accountId)
      .where("purging_at", "is", null));
    if (account === undefined) return null;
    const granted = await scope.all(
      db.selectFrom("access_authorization").selectAll().where("organization", "=", organization).where("account_id", "=", accountId).orderBy("id"),
    );
    const applications = await scope.all(db.selectFrom("application").selectAll().where("organization", "=", organization).orderBy("id"));
    return { accountId, generation: account.rules, authorizations: granted.map(toAuthorization), applications: applications.map(toApplication) };
  });
}
