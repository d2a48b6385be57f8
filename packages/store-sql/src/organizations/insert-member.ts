import { KalendsError, type Member, type OrganizationId } from "@kalends/model";
import type { SqlScope } from "../database/sql-scope.ts";

/** Throws `already-exists` where the person is a member. */
export async function insertMember(scope: SqlScope, organization: OrganizationId, member: Member): Promise<void> {
  const written = await scope.run(
    scope.db
      .insertInto("member")
      .values({ organization, id: member.id, role: member.role, joined_at: member.joinedAt })
      .onConflict((conflict) => conflict.columns(["organization", "id"]).doNothing()),
  );
  if (written === 0) throw new KalendsError("already-exists", `The person ${member.id} is a member already`);
}
