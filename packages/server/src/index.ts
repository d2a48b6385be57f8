export { scimHandler, type ScimOptions } from "./scim/scim-handler.ts";
export { newScimToken, scimTokens, type NewScimToken } from "./scim/scim-tokens.ts";
