export { scimHandler, type ScimOptions } from "./scim/scim-handler.ts";
export { newScimToken, scimTokens, type NewScimToken } from "./scim/scim-tokens.ts";
export { createServer, type KalendsServer } from "./create-server.ts";
export type { ServerEngine, ServerOptions, Visitor } from "./server-options.ts";
export { nodeHandler, type NodeHandler, type NodeRequest, type NodeResponse } from "./node/node-handler.ts";
