import { KalendsError, type Acting, type Invitation, type Member, type MemberStore, type OrganizationId, type Role } from "@kalends/model";
import type { SqlDatabase } from "../database/sql-database.ts";
import type { SqlScope } from "../database/sql-scope.ts";
import { appendAudit } from "../feed/append-audit.ts";
import type { MemberTable } from "../schema/directory-tables.ts";
import { insertMember } from "./insert-member.ts";
import { InvitationRows } from "./invitation-rows.ts";

export class SqlMemberStore implements MemberStore {
  readonly #database: SqlDatabase;
  readonly #organization: OrganizationId;
  readonly #invitations: InvitationRows;

  constructor(database: SqlDatabase, organization: OrganizationId) {
    this.#database = database;
    this.#organization = organization;
    this.#invitations = new InvitationRows(database, organization);
  }

  async add(member: Member, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      await insertMember(scope, this.#organization, member);
      await this.#audit(scope, acting, member.id, `joined as ${member.role}`);
    });
  }

  async find(id: string): Promise<Member | null> {
    const row = await this.#database.read((scope) => scope.first(this.#all(scope).where("id", "=", id)));
    return row === undefined ? null : toMember(row);
  }

  async list(): Promise<Member[]> {
    return (await this.#database.read((scope) => scope.all(this.#all(scope).orderBy("id")))).map(toMember);
  }

  async setRole(id: string, role: Role, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      const member = await this.#require(scope, id);
      if (member.role === role) return;
      if (member.role === "owner") await this.#requireAnotherOwner(scope, id);
      await scope.run(scope.db.updateTable("member").set({ role }).where("organization", "=", this.#organization).where("id", "=", id));
      await this.#audit(scope, acting, id, `${member.role} -> ${role}`);
    });
  }

  async remove(id: string, acting: Acting): Promise<void> {
    await this.#database.write(async (scope) => {
      const member = await this.#require(scope, id);
      if (member.role === "owner") await this.#requireAnotherOwner(scope, id);
      await scope.run(scope.db.deleteFrom("member").where("organization", "=", this.#organization).where("id", "=", id));
      await this.#audit(scope, acting, id, `${member.role} left`);
    });
  }

  addInvitation(invitation: Invitation, acting: Acting): Promise<void> {
    return this.#invitations.add(invitation, acting);
  }

  listInvitations(): Promise<Invitation[]> {
    return this.#invitations.list();
  }

  revokeInvitation(id: string, acting: Acting): Promise<void> {
    return this.#invitations.revoke(id, acting);
  }

  redeem(digest: string, memberId: string, now: number): Promise<Member | null> {
    return this.#invitations.redeem(digest, memberId, now);
  }

  async #require(scope: SqlScope, id: string): Promise<Member> {
    const row = await scope.first(this.#all(scope).where("id", "=", id));
    if (row === undefined) throw new KalendsError("not-found", `There is no member ${id}`);
    return toMember(row);
  }

  async #requireAnotherOwner(scope: SqlScope, id: string): Promise<void> {
    const other = await scope.first(this.#all(scope).where("role", "=", "owner").where("id", "!=", id).limit(1));
    if (other === undefined) throw new KalendsError("last-owner", `The member ${id} is the only owner`);
  }

  async #audit(scope: SqlScope, acting: Acting, subject: string, detail: string): Promise<void> {
    await appendAudit(scope, this.#organization, { action: "change-role", actor: acting.actor, subject, detail }, acting.now);
  }

  #all(scope: SqlScope) {
    return scope.db.selectFrom("member").selectAll().where("organization", "=", this.#organization);
  }
}

function toMember(row: MemberTable): Member {
  return { id: row.id, role: row.role as Role, joinedAt: row.joined_at };
}
