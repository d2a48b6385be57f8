import type { Invitation, Member, Role } from "../members.ts";

/** Who did it, for the audit log (a member's id, or `host`), and when. */
export interface Acting {
  actor: string;
  now: number;
}

/** People of one organization and the ways into it. Each change writes its audit line in the same transaction. */
export interface MemberStore {
  /** Throws `already-exists` where the person is a member. */
  add(member: Member, acting: Acting): Promise<void>;
  find(id: string): Promise<Member | null>;
  list(): Promise<Member[]>;
  /** Throws `not-found`, and `last-owner` where nobody would be left to administer. */
  setRole(id: string, role: Role, acting: Acting): Promise<void>;
  /** Throws `not-found`, `last-owner`. */
  remove(id: string, acting: Acting): Promise<void>;

  addInvitation(invitation: Invitation, acting: Acting): Promise<void>;
  listInvitations(): Promise<Invitation[]>;
  /** Throws `not-found`. Revoking again, or after use, does nothing. */
  revokeInvitation(id: string, acting: Acting): Promise<void>;
  /**
   * Uses the invitation with that digest for a new member, both or nothing. `null` where it is unknown, used, revoked or expired, or where
   * the person is a member already: then it stays unused. Of two concurrent calls one wins.
   */
  redeem(digest: string, memberId: string, now: number): Promise<Member | null>;
}
