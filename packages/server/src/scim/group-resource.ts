import type { ProvisionedGroup } from "@kalends/model";
import type { ProvisionedGroupInput } from "@kalends/core";
import { ScimRefusal } from "./scim-answer.ts";
import { ScimGroup } from "./scim-schemas.ts";
import type { ScimQuery } from "./scim-query.ts";
import { versionTag } from "./user-resource.ts";

const ownFields: ReadonlySet<string> = new Set(["schemas", "id", "meta", "displayName", "externalId", "members"]);

/** A stored group in SCIM's shape. */
export function showGroup(group: ProvisionedGroup, base: string, query: Pick<ScimQuery, "attributes">): ScimGroup {
  return new ScimGroup(plainGroup(group, base), "out", `${base}/Groups`, query.attributes);
}

export function plainGroup(group: ProvisionedGroup, base: string): object {
  const { id, displayName, externalId, memberIds, attributes, createdAt, changedAt, version } = group;
  return {
    ...(JSON.parse(attributes) as object),
    id,
    displayName,
    ...(externalId === null ? {} : { externalId }),
    ...(memberIds.length === 0 ? {} : { members: memberIds.map((value) => ({ value, $ref: `${base}/Users/${value}`, type: "User" })) }),
    meta: { resourceType: "Group", created: new Date(createdAt), lastModified: new Date(changedAt), version: versionTag(version) },
  };
}

/** What a request or a patched resource says, for the engine. Throws `invalidValue`. */
export function readGroup(resource: unknown): ProvisionedGroupInput {
  if (typeof resource !== "object" || resource === null || Array.isArray(resource)) throw new ScimRefusal(400, "invalidSyntax", "A group is an object");
  let group: ScimGroup;
  try {
    group = new ScimGroup(resource, "in");
  } catch (thrown) {
    if (thrown instanceof TypeError) throw new ScimRefusal(400, "invalidValue", thrown.message);
    throw thrown;
  }
  const plain = JSON.parse(JSON.stringify(group)) as Record<string, unknown>;
  const { displayName, externalId, members } = plain as { displayName?: unknown; externalId?: unknown; members?: unknown };
  const memberIds = (Array.isArray(members) ? members : []).map((member: { value?: unknown }) => {
    if (typeof member.value !== "string" || member.value === "") throw new ScimRefusal(400, "invalidValue", "A member has the id of a user as its value");
    return member.value;
  });
  return {
    displayName: String(displayName),
    externalId: typeof externalId === "string" && externalId !== "" ? externalId : null,
    memberIds,
    attributes: JSON.stringify(Object.fromEntries(Object.entries(plain).filter(([field]) => !ownFields.has(field)))),
  };
}
