import type { OrganizationEngine } from "@kalends/core";
import { KalendsError, type ProvisionedGroup } from "@kalends/model";
import { findResources, type ResourceShelf } from "./find-resources.ts";
import { plainGroup, readGroup, showGroup } from "./group-resource.ts";
import type { ResourceRequests, ShownResource } from "./resource-requests.ts";
import { ScimRefusal } from "./scim-answer.ts";
import { applyScimPatch } from "./scim-patch.ts";
import type { ScimQuery } from "./scim-query.ts";
import { ScimGroup } from "./scim-schemas.ts";

/** Groups of one organization, as requests ask for them. */
export function groupRequests(organization: OrganizationEngine, base: string): ResourceRequests {
  const { provisioning } = organization;
  const require = async (id: string): Promise<ProvisionedGroup> => {
    const group = await provisioning.findGroup(id);
    if (group === null) throw new KalendsError("not-found", "There is no such group");
    return group;
  };
  const answer = (group: ProvisionedGroup, query: ScimQuery): ShownResource => ({ id: group.id, version: group.version, body: showGroup(group, base, query) });
  return {
    list: (query) => findResources(groupShelf(organization, base, query), query),
    read: async (id, query) => answer(await require(id), query),
    create: async (body, query) => answer(await members(provisioning.createGroup(readGroup(body))), query),
    versionOf: async (id) => (await require(id)).version,
    replace: async (id, expected, body, query) => {
      await require(id);
      return answer(await members(provisioning.replaceGroup(id, expected, readGroup(body))), query);
    },
    patch: async (id, expected, body, query) => {
      const before = await require(id);
      if (before.version !== expected) throw new KalendsError("revision-conflict", "The group was changed meanwhile");
      const patched = await applyScimPatch(new ScimGroup(plainGroup(before, base), "both", `${base}/Groups`), body);
      return answer(await members(provisioning.replaceGroup(id, expected, readGroup(patched))), query);
    },
    remove: (id) => provisioning.removeGroup(id),
  };
}

/** The group is there, so what is not found is one of its members. */
async function members<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (thrown) {
    if (thrown instanceof KalendsError && thrown.code === "not-found") throw new ScimRefusal(400, "invalidValue", "A member is no user of this service");
    throw thrown;
  }
}

function groupShelf(organization: OrganizationEngine, base: string, query: ScimQuery): ResourceShelf<ProvisionedGroup> {
  const { provisioning } = organization;
  const one = (found: ProvisionedGroup | null): ProvisionedGroup[] => (found === null ? [] : [found]);
  return {
    lookUps: {
      displayname: async (name) => one(await provisioning.findGroupByName(name)),
      id: async (id) => one(await provisioning.findGroup(id)),
    },
    count: () => provisioning.countGroups(),
    list: (page) => provisioning.listGroups(page),
    idOf: ({ id }) => id,
    plain: async (group) => plainGroup(group, base),
    show: async (group) => showGroup(group, base, query),
  };
}
