import { scimDefinitions, ScimGroup, ScimUser } from "./scim-schemas.ts";
import { mostResults } from "./scim-query.ts";
import { ScimRefusal } from "./scim-answer.ts";

const list = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/** What the service says of itself (RFC 7643 sections 5 to 7, RFC 7644 section 4). `null`: not one of its pages. */
export function describeService(kind: string, id: string | undefined, base: string): object | null {
  if (kind === "ServiceProviderConfig" && id === undefined) return serviceConfig(base);
  const all = kind === "ResourceTypes" ? resourceTypes(base) : kind === "Schemas" ? schemas(base) : null;
  if (all === null) return null;
  if (id === undefined) return { schemas: [list], totalResults: all.length, startIndex: 1, itemsPerPage: all.length, Resources: all };
  const one = all.find((entry) => entry.id === id);
  if (one === undefined) throw new ScimRefusal(404, null, "There is no such resource");
  return one;
}

function serviceConfig(base: string): object {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: mostResults },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "OAuth Bearer Token",
        description: "A bearer token in the Authorization header",
        specUri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}

function resourceTypes(base: string): { id: string }[] {
  const schemaExtensions = [{ schema: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", required: false }];
  const type = (id: string, endpoint: string, schema: string, more: object): { id: string } => ({
    ...{ schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], id, name: id, endpoint, description: id, schema },
    ...more,
    ...{ meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${id}` } },
  });
  return [type("User", "/Users", ScimUser.id, { schemaExtensions }), type("Group", "/Groups", ScimGroup.id, {})];
}

function schemas(base: string): { id: string }[] {
  return scimDefinitions.map((definition) => {
    const described = definition.describe() as { id: string };
    return { ...described, schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"], meta: { resourceType: "Schema", location: `${base}/Schemas/${described.id}` } };
  });
}
