/** What a person may do in an organization: an owner administers it, a member uses it. */
export type Role = "owner" | "member";

export const roles: readonly Role[] = ["owner", "member"];

/** A person of the host application inside one organization. */
export interface Member {
  /** The host application's own id of the person. */
  id: string;
  role: Role;
  joinedAt: number;
}

/** A way into an organization, as it is stored: only a digest of its code. */
export interface Invitation {
  id: string;
  role: Role;
  /** SHA-256 of the code, in hexadecimal digits. */
  digest: string;
  /** Member who made it; `null`: the host itself. */
  invitedBy: string | null;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
  usedBy: string | null;
  revokedAt: number | null;
}
