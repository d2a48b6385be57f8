import type { OrganizationEngine, ProvisionedUserInput } from "@kalends/core";
import { KalendsError, type ProvisionedUser } from "@kalends/model";
import { findResources, type ResourceShelf } from "./find-resources.ts";
import type { ResourceRequests } from "./resource-requests.ts";
import { plainUser, readUser, showUser } from "./user-resource.ts";
import { ScimUser } from "./scim-schemas.ts";
import { applyScimPatch } from "./scim-patch.ts";
import type { ScimQuery } from "./scim-query.ts";

/** Users of one organization, as requests ask for them. */
export function userRequests(organization: OrganizationEngine, base: string): ResourceRequests {
  const { provisioning } = organization;
  const require = async (id: string): Promise<ProvisionedUser> => {
    const user = await provisioning.findUser(id);
    if (user === null) throw new KalendsError("not-found", "There is no such user");
    return user;
  };
  const show = async (user: ProvisionedUser, query: ScimQuery): Promise<object> =>
    showUser(user, query.leavesOut("groups") ? [] : await provisioning.groupsOf(user.accountId), base, query);
  const answer = async (user: ProvisionedUser, query: ScimQuery): Promise<{ version: number; body: object; id: string }> => ({
    version: user.version, id: user.accountId, body: await show(user, query),
  });
  return {
    list: (query) => findResources(userShelf(organization, base, (user) => show(user, query)), query),
    read: async (id, query) => answer(await require(id), query),
    create: async (body, query) => answer(await createUser(organization, readUser(body, true)), query),
    versionOf: async (id) => (await require(id)).version,
    replace: async (id, expected, body, query) => {
      const { active } = await require(id);
      return answer(await provisioning.replaceUser(id, expected, readUser(body, active)), query);
    },
    patch: async (id, expected, body, query) => {
      const before = await require(id);
      if (before.version !== expected) throw new KalendsError("revision-conflict", "The user was changed meanwhile");
      const patched = await applyScimPatch(new ScimUser(plainUser(before, [], base), "both", `${base}/Users`), body);
      return answer(await provisioning.replaceUser(id, expected, readUser(patched, before.active)), query);
    },
    remove: (id) => provisioning.removeUser(id),
  };
}

function userShelf(organization: OrganizationEngine, base: string, show: (user: ProvisionedUser) => Promise<object>): ResourceShelf<ProvisionedUser> {
  const { provisioning } = organization;
  const one = (found: ProvisionedUser | null): ProvisionedUser[] => (found === null ? [] : [found]);
  return {
    lookUps: {
      username: async (name) => one(await provisioning.findUserByName(name)),
      externalid: (id) => provisioning.findUsersByExternalId(id),
      id: async (id) => one(await provisioning.findUser(id)),
    },
    count: () => provisioning.countUsers(),
    list: (page) => provisioning.listUsers(page),
    idOf: ({ accountId }) => accountId,
    plain: async (user) => plainUser(user, await provisioning.groupsOf(user.accountId), base),
    show,
  };
}

/** A time zone that Kalends does not know must not keep somebody from being provisioned: the account then starts in UTC. */
async function createUser(organization: OrganizationEngine, input: ProvisionedUserInput): Promise<ProvisionedUser> {
  try {
    return await organization.provisioning.createUser(input);
  } catch (thrown) {
    if (!(thrown instanceof KalendsError) || thrown.code !== "zone-unknown") throw thrown;
    const { timeZone: _unknown, ...rest } = input;
    return organization.provisioning.createUser(rest);
  }
}
