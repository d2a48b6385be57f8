import { hostActor, KalendsError } from "@kalends/model";
import type { AccountId, AuditEntry, Authorization, AuthorizationId, DetailLevel, OrganizationId, Scope } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { AccessAuthorizationTable } from "../schema/directory-tables.ts";

export class AuthorizationRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async put(authorization: Authorization, actor: string = hostActor, at?: number): Promise<void> {
    await this.#database.write(async (scope) => {
      await putAuthorizationRow(scope, this.#organization, authorization);
      await appendAudit(scope, this.#organization, authorizeEntry(authorization, actor), at ?? authorization.createdAt);
    });
  }

  async find(id: AuthorizationId): Promise<Authorization | null> {
    const row = await this.#database.read((scope) =>
      scope.first(scope.db.selectFrom("access_authorization").selectAll().where("organization", "=", this.#organization).where("id", "=", id)),
    );
    return row === undefined ? null : toAuthorization(row);
  }

  async list(accounts?: AccountId | readonly AccountId[]): Promise<Authorization[]> {
    const rows = await this.#database.read((scope) => {
      const all = scope.db.selectFrom("access_authorization").selectAll().where("organization", "=", this.#organization).orderBy("id");
      if (accounts === undefined) return scope.all(all);
      return scope.all(typeof accounts === "string" ? all.where("account_id", "=", accounts) : all.where("account_id", "in", scope.flavor.textList(accounts)));
    });
    return rows.map(toAuthorization);
  }

  async end(id: AuthorizationId, reason: string, now: number, actor: string = hostActor): Promise<boolean> {
    return this.#database.write(async (scope) => {
      const here = await scope.first(
        scope.db.selectFrom("access_authorization").select("state").where("organization", "=", this.#organization).where("id", "=", id),
      );
      if (here === undefined) throw new KalendsError("not-found", `There is no authorization ${id}`);
      if (here.state === "ended") return false;
      await scope.run(
        scope.db
          .updateTable("access_authorization")
          .set({ state: "ended", ended_at: now, end_reason: reason })
          .where("organization", "=", this.#organization)
          .where("id", "=", id),
      );
      await appendAudit(scope, this.#organization, { action: "end-authorization", actor, subject: id, detail: `authorization ended: ${reason}` }, now);
      return true;
    });
  }
}

function authorizeEntry(authorization: Authorization, actor: string): AuditEntry {
  const { id, applicationId, accountId, scopes, detail, noDescriptions, excludedCalendarIds, state } = authorization;
  const limits = `${noDescriptions ? ", no descriptions" : ""}, ${excludedCalendarIds.length} calendars excluded`;
  const granted = `${applicationId} for ${accountId}: ${scopes.join(" ")}; detail ${detail}${limits}`;
  return { action: "authorize", actor, subject: id, detail: `authorization ${state}: ${granted}` };
}

/** Writes or replaces the row, and nothing else. */
export async function putAuthorizationRow(scope: SqlScope, organization: OrganizationId, authorization: Authorization): Promise<void> {
  const values = {
    application_id: authorization.applicationId,
    account_id: authorization.accountId,
    scopes: JSON.stringify(authorization.scopes),
    detail: authorization.detail,
    no_descriptions: authorization.noDescriptions ? 1 : 0,
    excluded_calendar_ids: JSON.stringify(authorization.excludedCalendarIds),
    state: authorization.state,
    created_at: authorization.createdAt,
    ended_at: authorization.endedAt,
    end_reason: authorization.endReason,
    private_events: authorization.privateEvents ? 1 : 0,
    raised_calendar_ids: JSON.stringify(authorization.raisedCalendarIds),
  };
  await scope.run(
    scope.db
      .insertInto("access_authorization")
      .values({ organization, id: authorization.id, ...values })
      .onConflict((conflict) => conflict.columns(["organization", "id"]).doUpdateSet(values)),
  );
}

export function toAuthorization(row: AccessAuthorizationTable): Authorization {
  return {
    organizationId: row.organization,
    id: row.id,
    applicationId: row.application_id,
    accountId: row.account_id,
    scopes: JSON.parse(row.scopes) as Scope[],
    detail: row.detail as DetailLevel,
    noDescriptions: row.no_descriptions === 1,
    privateEvents: row.private_events === 1,
    raisedCalendarIds: JSON.parse(row.raised_calendar_ids) as string[],
    excludedCalendarIds: JSON.parse(row.excluded_calendar_ids) as string[],
    state: row.state as Authorization["state"],
    createdAt: row.created_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
  };
}
