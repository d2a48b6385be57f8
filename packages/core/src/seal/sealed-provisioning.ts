import type { AccountId, OrganizationId, ProvisionedGroup, ProvisionedUser, ProvisioningStore, Vault } from "@kalends/model";
import { SealedTexts, type TextPlace } from "./sealed-texts.ts";

/** Names and ids are asked for before anybody's account is known, so under the organization's own data key and bound to no row. */
const userName: TextPlace = { accountId: "", table: "provisioned_user", row: "", column: "user_name" };
const userExternalId: TextPlace = { accountId: "", table: "provisioned_user", row: "", column: "external_id" };
const groupName: TextPlace = { accountId: "", table: "provisioned_group", row: "", column: "display_name" };
const groupExternalId: TextPlace = { accountId: "", table: "provisioned_group", row: "", column: "external_id" };

const ofUser = (row: AccountId): TextPlace => ({ accountId: row, table: "provisioned_user", row, column: "attributes" });
const ofGroup = (row: string): TextPlace => ({ accountId: "", table: "provisioned_group", row, column: "attributes" });

/** Names are the same without regard to case (RFC 7643 sections 4.1.1 and 4.2). */
function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The name as it was written stands with the attributes; the sealed column beside them holds the folded one. */
interface Kept {
  name: string;
  attributes: string;
}

/** What identity providers keep, as the engine sees it: plain here and sealed in the store below, a user's attributes under the account's key. */
export function sealedProvisioning(inner: ProvisioningStore, vault: Vault, organizationId: OrganizationId): ProvisioningStore {
  const texts = new SealedTexts(vault, organizationId);
  const fixed = async (text: string | null, place: TextPlace): Promise<string | null> => (text === null ? null : texts.sealFixed(text, place));
  const opened = async (text: string | null, place: TextPlace): Promise<string | null> => (text === null ? null : texts.open(text, place));
  const keep = (kept: Kept, place: TextPlace): Promise<string> => texts.seal(JSON.stringify(kept), place);
  const kept = async (sealed: string, place: TextPlace): Promise<Kept> => JSON.parse(await texts.open(sealed, place)) as Kept;

  const sealUser = async (user: ProvisionedUser): Promise<ProvisionedUser> => ({
    ...user,
    userName: await texts.sealFixed(folded(user.userName), userName),
    externalId: await fixed(user.externalId, userExternalId),
    attributes: await keep({ name: user.userName, attributes: user.attributes }, ofUser(user.accountId)),
  });
  const openUser = async (user: ProvisionedUser): Promise<ProvisionedUser> => {
    const { name, attributes } = await kept(user.attributes, ofUser(user.accountId));
    return { ...user, userName: name, externalId: await opened(user.externalId, userExternalId), attributes };
  };
  const sealGroup = async (group: ProvisionedGroup): Promise<ProvisionedGroup> => ({
    ...group,
    displayName: await texts.sealFixed(folded(group.displayName), groupName),
    externalId: await fixed(group.externalId, groupExternalId),
    attributes: await keep({ name: group.displayName, attributes: group.attributes }, ofGroup(group.id)),
  });
  const openGroup = async (group: ProvisionedGroup): Promise<ProvisionedGroup> => {
    const { name, attributes } = await kept(group.attributes, ofGroup(group.id));
    return { ...group, displayName: name, externalId: await opened(group.externalId, groupExternalId), attributes };
  };
  const orNull = async <T>(found: T | null, open: (found: T) => Promise<T>): Promise<T | null> => (found === null ? null : open(found));

  return {
    addUser: async (user, acting) => inner.addUser(await sealUser(user), acting),
    findUser: async (id) => orNull(await inner.findUser(id), openUser),
    findUserByName: async (name) => orNull(await inner.findUserByName(await texts.sealFixed(folded(name), userName)), openUser),
    findUsersByExternalId: async (id) => each(await inner.findUsersByExternalId(await texts.sealFixed(id, userExternalId)), openUser),
    listUsers: async (page) => each(await inner.listUsers(page), openUser),
    countUsers: () => inner.countUsers(),
    replaceUser: async (user, expected, jobs, acting) => inner.replaceUser(await sealUser(user), expected, jobs, acting),
    removeUser: (id, jobs, acting) => inner.removeUser(id, jobs, acting),
    addGroup: async (group, acting) => inner.addGroup(await sealGroup(group), acting),
    findGroup: async (id) => orNull(await inner.findGroup(id), openGroup),
    findGroupByName: async (name) => orNull(await inner.findGroupByName(await texts.sealFixed(folded(name), groupName)), openGroup),
    listGroups: async (page) => each(await inner.listGroups(page), openGroup),
    countGroups: () => inner.countGroups(),
    groupsOf: async (id) => each(await inner.groupsOf(id), openGroup),
    replaceGroup: async (group, expected, acting) => inner.replaceGroup(await sealGroup(group), expected, acting),
    removeGroup: (id, acting) => inner.removeGroup(id, acting),
  };
}

/** One after the other, as in the directory. */
async function each<T>(items: readonly T[], open: (item: T) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const item of items) results.push(await open(item));
  return results;
}
