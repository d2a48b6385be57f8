import { KalendsError, type Acting, type Invitation, type Member, type OrganizationId, type Role } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { InvitationTable } from "../schema/directory-tables.ts";
import { insertMember } from "./insert-member.ts";

export class InvitationRows {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
  }

  async add(invitation: Invitation, acting: Acting): Promise<void> {
    const { id, digest, role, invitedBy, createdAt, expiresAt, usedAt, usedBy, revokedAt } = invitation;
    await this.#database.write(async (scope) => {
      await scope.run(
        scope.db.insertInto("invitation").values({
          organization: this.#organization, id, digest, role, invited_by: invitedBy, created_at: createdAt, expires_at: expiresAt,
          used_at: usedAt, used_by: usedBy, revoked_at: revokedAt,
        }),
      );
      await this.#audit(scope, acting, id, `invitation made for the role ${role}`);
    });
  }

  async list(): Promise<Invitation[]> {
    const rows = await this.#database.read((scope) => scope.all(this.#all(scope).orderBy("created_at").orderBy("id")));
    return rows.map(toInvitation);
  }

  async revoke(id: string, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      const row = await scope.first(this.#all(scope).where("id", "=", id));
      if (row === undefined) throw new KalendsError("not-found", `There is no invitation ${id}`);
      if (row.used_at !== null || row.revoked_at !== null) return;
      await scope.run(this.#one(scope, id).set({ revoked_at: acting.now }));
      await this.#audit(scope, acting, id, "invitation revoked");
    });
  }

  async redeem(digest: string, memberId: string, now: number): Promise<Member | null> {
    return this.#database.write(async (scope) => {
      const here = await scope.first(
        scope.db.selectFrom("member").select("id").where("organization", "=", this.#organization).where("id", "=", memberId),
      );
      if (here !== undefined) return null;
      // One statement decides, so that of two callers one finds it unused.
      const row = await scope.first(
        scope.db
          .updateTable("invitation")
          .set({ used_at: now, used_by: memberId })
          .where("organization", "=", this.#organization)
          .where("digest", "=", digest)
          .where("used_at", "is", null)
          .where("revoked_at", "is", null)
          .where("expires_at", ">", now)
          .returning(["id", "role"]),
      );
      if (row === undefined) return null;
      const member: Member = { id: memberId, role: row.role as Role, joinedAt: now };
      await insertMember(scope, this.#organization, member);
      await this.#audit(scope, { actor: memberId, now }, row.id, `invitation used for the role ${row.role}`);
      return member;
    });
  }

  async #audit(scope: SqlScope, acting: Acting, subject: string, detail: string): Promise<void> {
    await appendAudit(scope, this.#organization, { action: "invite", actor: acting.actor, subject, detail }, acting.now);
  }

  #one(scope: SqlScope, id: string) {
    return scope.db.updateTable("invitation").where("organization", "=", this.#organization).where("id", "=", id);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("invitation").selectAll().where("organization", "=", this.#organization);
  }
}

function toInvitation(row: InvitationTable): Invitation {
  return {
    id: row.id, role: row.role as Role, digest: row.digest, invitedBy: row.invited_by, createdAt: row.created_at, expiresAt: row.expires_at,
    usedAt: row.used_at, usedBy: row.used_by, revokedAt: row.revoked_at,
  };
}
