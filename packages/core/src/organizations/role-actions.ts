import { roles, type Role } from "@kalends/model";

/** What a person may do in an organization. A closed list: each public method asks for one of them. */
export type Action =
  | "read-data"
  | "sync-data"
  | "manage-accounts"
  | "manage-connections"
  | "manage-applications"
  | "manage-members"
  | "see-members"
  | "see-operations"
  | "export-data";

export const actions: readonly Action[] = [
  "read-data", "sync-data", "manage-accounts", "manage-connections", "manage-applications", "manage-members", "see-members", "see-operations",
  "export-data",
];

/** For each role and each action yes or no; nothing is left open. */
export type RoleActions = Readonly<Record<Role, Readonly<Record<Action, boolean>>>>;

/** An owner administers members and settings; a member uses the data without administration. */
export const defaultRoleActions: RoleActions = {
  owner: {
    "read-data": true,
    "sync-data": true,
    "manage-accounts": true,
    "manage-connections": true,
    "manage-applications": true,
    "manage-members": true,
    "see-members": true,
    "see-operations": true,
    "export-data": true,
  },
  member: {
    "read-data": true,
    "sync-data": true,
    "manage-accounts": false,
    "manage-connections": false,
    "manage-applications": false,
    "manage-members": false,
    "see-members": true,
    "see-operations": false,
    "export-data": false,
  },
};

export function mayDo(table: RoleActions, role: Role, action: Action): boolean {
  // A role that came from a newer version, or from nowhere, may nothing.
  return roles.includes(role) && table[role][action] === true;
}
