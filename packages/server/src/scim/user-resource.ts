import type { ProvisionedGroup, ProvisionedUser } from "@kalends/model";
import type { ProvisionedUserInput } from "@kalends/core";
import { ScimRefusal } from "./scim-answer.ts";
import { ScimUser } from "./scim-schemas.ts";
import type { ScimQuery } from "./scim-query.ts";

/** Kept in fields of their own, or made anew on every answer. */
const ownFields: ReadonlySet<string> = new Set(["schemas", "id", "meta", "userName", "externalId", "active", "groups"]);

/** The version of a resource as an entity tag (RFC 7644 section 3.14). */
export function versionTag(version: number): string {
  return `W/"${version}"`;
}

/** A stored user in SCIM's shape. `base`: address of the service, without a slash at its end. */
export function showUser(user: ProvisionedUser, groups: readonly ProvisionedGroup[], base: string, query: Pick<ScimQuery, "attributes">): ScimUser {
  return new ScimUser(plainUser(user, groups, base), "out", `${base}/Users`, query.attributes);
}

export function plainUser(user: ProvisionedUser, groups: readonly ProvisionedGroup[], base: string): object {
  const { accountId, userName, externalId, active, attributes, createdAt, changedAt, version } = user;
  return {
    ...(JSON.parse(attributes) as object),
    id: accountId,
    userName,
    ...(externalId === null ? {} : { externalId }),
    active,
    ...(groups.length === 0 ? {} : { groups: groups.map(({ id, displayName }) => ({ value: id, display: displayName, $ref: `${base}/Groups/${id}`, type: "direct" })) }),
    meta: { resourceType: "User", created: new Date(createdAt), lastModified: new Date(changedAt), version: versionTag(version) },
  };
}

/**
 * What a request or a patched resource says, for the engine. Where it does not say whether the user is active, `active` stands: leaving the
 * word out must not let somebody in again. Throws `invalidValue`.
 */
export function readUser(resource: unknown, active: boolean): ProvisionedUserInput {
  if (typeof resource !== "object" || resource === null || Array.isArray(resource)) throw new ScimRefusal(400, "invalidSyntax", "A user is an object");
  const plain = JSON.parse(JSON.stringify(asUser(resource))) as Record<string, unknown>;
  const { userName, externalId, displayName, name, timezone } = plain as { [name: string]: unknown; name?: { formatted?: unknown } };
  const attributes = JSON.stringify(Object.fromEntries(Object.entries(plain).filter(([field]) => !ownFields.has(field))));
  const shown = [displayName, name?.formatted].find((text): text is string => typeof text === "string" && text.trim() !== "");
  return {
    userName: String(userName),
    externalId: typeof externalId === "string" && externalId !== "" ? externalId : null,
    active: typeof plain["active"] === "boolean" ? plain["active"] : active,
    attributes,
    ...(shown === undefined ? {} : { displayName: shown.slice(0, 256) }),
    ...(typeof timezone === "string" && timezone !== "" ? { timeZone: timezone } : {}),
  };
}

function asUser(resource: object): ScimUser {
  const { active, ...rest } = resource as { active?: unknown };
  const spelled = typeof active === "string" ? active.toLowerCase() === "true" : active;
  try {
    return new ScimUser({ ...rest, ...(spelled === undefined ? {} : { active: spelled }) }, "in");
  } catch (thrown) {
    if (thrown instanceof TypeError) throw new ScimRefusal(400, "invalidValue", thrown.message);
    throw thrown;
  }
}
