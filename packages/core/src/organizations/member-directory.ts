import { hostActor, KalendsError, roles } from "@kalends/model";
import type { Acting, Invitation, Member, OrganizationStore, Role } from "@kalends/model";
import { digestOf } from "../digest-of.ts";
import { newId } from "../new-id.ts";
import type { Runtime } from "../runtime.ts";

/** A way into the organization. The code is told here and never again: only a digest of it is stored. */
export interface NewInvitation {
  id: string;
  code: string;
  role: Role;
  /** ISO 8601 instant. */
  expiresAt: string;
}

export type ListedInvitation = Omit<Invitation, "digest">;

/** People of an organization. */
export interface MemberDirectory {
  /** Throws `already-exists`, `invalid-argument`. */
  add(id: string, role: Role): Promise<Member>;
  find(id: string): Promise<Member | null>;
  list(): Promise<Member[]>;
  /** Throws `not-found`, `last-owner`. */
  setRole(id: string, role: Role): Promise<void>;
  /** Throws `not-found`, `last-owner`. */
  remove(id: string): Promise<void>;
  /** Makes a code that lets one person in, once. `expiresInMs`: default seven days, at most 90. */
  invite(invitation: { role: Role; expiresInMs?: number }): Promise<NewInvitation>;
  listInvitations(): Promise<ListedInvitation[]>;
  revokeInvitation(id: string): Promise<void>;
  /** Throws `invitation-invalid` for unknown, used, revoked and expired codes alike. */
  redeem(code: string, memberId: string): Promise<Member>;
}

const dayMs = 86_400_000;
const codeBytes = 32;

function checkMember(id: string, role: Role): void {
  if (typeof id !== "string" || id.length < 1 || id.length > 128) throw new KalendsError("invalid-argument", "A member id has 1 to 128 characters");
  checkRole(role);
}

function checkRole(role: Role): void {
  if (!roles.includes(role)) throw new KalendsError("invalid-argument", `A role is one of ${roles.join(", ")}`);
}

export function memberDirectory(runtime: Runtime, store: OrganizationStore, actor: string = hostActor): MemberDirectory {
  const { members } = store;
  const acting = (): Acting => ({ actor, now: runtime.clock.now() });
  return {
    add: async (id, role) => {
      checkMember(id, role);
      const member: Member = { id, role, joinedAt: runtime.clock.now() };
      await members.add(member, acting());
      return member;
    },
    find: (id) => members.find(id),
    list: () => members.list(),
    setRole: async (id, role) => {
      checkRole(role);
      await members.setRole(id, role, acting());
    },
    remove: (id) => members.remove(id, acting()),
    invite: async ({ role, expiresInMs = 7 * dayMs }) => {
      checkRole(role);
      if (!(expiresInMs > 0 && expiresInMs <= 90 * dayMs)) throw new KalendsError("invalid-argument", "`expiresInMs` must be more than 0 and at most 90 days");
      const code = `kinv_${Buffer.from(runtime.random.bytes(codeBytes)).toString("base64url")}`;
      const now = runtime.clock.now();
      const id = newId(runtime.random, "inv");
      const expiresAt = now + expiresInMs;
      const invitation: Invitation = {
        id, role, digest: digestOf(code), invitedBy: actor === hostActor ? null : actor, createdAt: now, expiresAt, usedAt: null, usedBy: null, revokedAt: null,
      };
      await members.addInvitation(invitation, acting());
      return { id, code, role, expiresAt: new Date(expiresAt).toISOString() };
    },
    listInvitations: async () => (await members.listInvitations()).map(({ digest: _digest, ...rest }) => rest),
    revokeInvitation: (id) => members.revokeInvitation(id, acting()),
    redeem: async (code, memberId) => {
      checkMember(memberId, "member");
      const member = typeof code === "string" ? await members.redeem(digestOf(code), memberId, runtime.clock.now()) : null;
      if (member === null) throw new KalendsError("invitation-invalid", "The invitation is unknown, used or expired");
      return member;
    },
  };
}
