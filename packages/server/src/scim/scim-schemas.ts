import SCIMMY from "scimmy";

type SchemaDefinition = InstanceType<typeof SCIMMY.Types.SchemaDefinition>;
type Definition = Pick<SchemaDefinition, "id" | "name" | "description" | "attributes">;

/** Every resource has them; a definition adds them by itself. */
const common: readonly string[] = ["schemas", "id", "externalId", "meta"];

/** A copy: the library's own definitions stay as they are, for the host may use the library too. */
function copyOf(source: Definition, leaveOut: readonly string[] = []): SchemaDefinition {
  const attributes = source.attributes.filter((attribute) => !("name" in attribute) || ![...common, ...leaveOut].includes(String(attribute.name)));
  return new SCIMMY.Types.SchemaDefinition(source.name, source.id, source.description, attributes as never);
}

const enterprise: SchemaDefinition = SCIMMY.Schemas.EnterpriseUser.definition;
// Kalends keeps no passwords, so it takes none.
const userDefinition: SchemaDefinition = copyOf(SCIMMY.Schemas.User.definition, ["password"]).extend(enterprise as never, false);
const groupDefinition: SchemaDefinition = copyOf(SCIMMY.Schemas.Group.definition);

/** Which way a resource goes: what is read-only is dropped on its way in. */
export type Direction = "in" | "out" | "both";

/** A user as SCIM shows it (RFC 7643 sections 4.1 and 4.3). */
export class ScimUser extends SCIMMY.Types.Schema {
  static override get id(): string {
    return userDefinition.id;
  }

  static override get definition(): SchemaDefinition {
    return userDefinition;
  }

  constructor(resource: object, direction: Direction = "both", basePath?: string, filter?: InstanceType<typeof SCIMMY.Types.Filter>) {
    super(resource as never, direction);
    Object.assign(this, userDefinition.coerce(resource as never, direction as never, basePath, filter));
  }
}

/** A group as SCIM shows it (RFC 7643 section 4.2). */
export class ScimGroup extends SCIMMY.Types.Schema {
  static override get id(): string {
    return groupDefinition.id;
  }

  static override get definition(): SchemaDefinition {
    return groupDefinition;
  }

  constructor(resource: object, direction: Direction = "both", basePath?: string, filter?: InstanceType<typeof SCIMMY.Types.Filter>) {
    super(resource as never, direction);
    Object.assign(this, groupDefinition.coerce(resource as never, direction as never, basePath, filter));
  }
}

/** The definitions that `/Schemas` tells. */
export const scimDefinitions: readonly SchemaDefinition[] = [userDefinition, groupDefinition, enterprise];
