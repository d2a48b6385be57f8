import type { OrganizationEngine } from "@kalends/core";
import { KalendsError } from "@kalends/model";
import { describeService } from "./describe-scim.ts";
import { groupRequests } from "./group-requests.ts";
import { readScimBody } from "./read-scim-body.ts";
import type { ResourceRequests, ShownResource } from "./resource-requests.ts";
import { scimAnswer, scimFailure, ScimRefusal } from "./scim-answer.ts";
import { readScimQuery, type ScimQuery } from "./scim-query.ts";
import { userRequests } from "./user-requests.ts";
import { versionTag } from "./user-resource.ts";

export interface ScimOptions {
  /** Where identity providers reach the service: `https://app.example.com/scim/v2`. Requests outside its path are answered with 404. */
  address: string;
  /** The organization that the request's bearer token speaks for; `null`: refused. See `scimTokens`. */
  authenticate(request: Request): Promise<OrganizationEngine | null>;
}

const mostTries = 4;

/** SCIM 2.0 (RFC 7643, RFC 7644) for the users and groups of organizations: `/Users`, `/Groups` and what describes the service. */
export function scimHandler(options: ScimOptions): (request: Request) => Promise<Response> {
  const address = new URL(options.address);
  const base = `${address.origin}${address.pathname.replace(/\/+$/, "")}`;
  const prefix = new URL(base).pathname.replace(/\/+$/, "");
  return async (request) => {
    try {
      const organization = await options.authenticate(request);
      if (organization === null) return scimFailure(new ScimRefusal(401, null, "A bearer token is needed", { "www-authenticate": 'Bearer realm="scim"' }));
      return await answerRequest(organization, request, base, prefix);
    } catch (thrown) {
      return scimFailure(thrown);
    }
  };
}

async function answerRequest(organization: OrganizationEngine, request: Request, base: string, prefix: string): Promise<Response> {
  const url = new URL(request.url);
  const [kind = "", id, ...rest] = pathParts(url, prefix);
  const { method } = request;
  if (kind === "" || rest.length > 0) throw notHere();
  const described = describeService(kind, id, base);
  if (described !== null) {
    if (method !== "GET") throw new ScimRefusal(405, null, "This can only be read", { allow: "GET" });
    return scimAnswer(200, described);
  }
  if (kind === "Me" || kind === "Bulk") throw new ScimRefusal(501, null, "Not implemented");
  const resources = kind === "Users" ? userRequests(organization, base) : kind === "Groups" ? groupRequests(organization, base) : null;
  if (resources === null) throw notHere();
  const query = readScimQuery(url.searchParams);
  if (id === ".search" && method === "POST") return searched(resources, request);
  return id === undefined ? answerAll(resources, request, query, base, kind) : answerOne(resources, request, query, base, kind, id);
}

/** A search whose parameters stand in the body (RFC 7644 section 3.4.3), so that names stay out of access logs. */
async function searched(resources: ResourceRequests, request: Request): Promise<Response> {
  const body = (await readScimBody(request)) as Record<string, unknown>;
  const parameters = new URLSearchParams();
  for (const name of ["filter", "startIndex", "count", "attributes", "excludedAttributes"]) {
    const value = body[name];
    if (typeof value === "string" || typeof value === "number") parameters.set(name, String(value));
    if (Array.isArray(value)) parameters.set(name, value.join(","));
  }
  return scimAnswer(200, await resources.list(readScimQuery(parameters)));
}

async function answerAll(resources: ResourceRequests, request: Request, query: ScimQuery, base: string, kind: string): Promise<Response> {
  if (request.method === "GET") return scimAnswer(200, await resources.list(query));
  if (request.method !== "POST") throw new ScimRefusal(405, null, "This can be read or added to", { allow: "GET, POST" });
  return shown(201, await resources.create(await readScimBody(request), query), base, kind);
}

async function answerOne(resources: ResourceRequests, request: Request, query: ScimQuery, base: string, kind: string, id: string): Promise<Response> {
  switch (request.method) {
    case "GET": {
      const resource = await resources.read(id, query);
      if (tags(request.headers.get("if-none-match")).includes(versionTag(resource.version))) return scimAnswer(304, null, { etag: versionTag(resource.version) });
      return shown(200, resource, base, kind);
    }
    case "PUT":
    case "PATCH": {
      const body = await readScimBody(request);
      const write = (expected: number): Promise<ShownResource> =>
        request.method === "PUT" ? resources.replace(id, expected, body, query) : resources.patch(id, expected, body, query);
      return shown(200, await atVersion(resources, id, request, write), base, kind);
    }
    case "DELETE":
      await atVersion(resources, id, request, async () => resources.remove(id));
      return scimAnswer(204, null);
    default:
      throw new ScimRefusal(405, null, "This cannot be done here", { allow: "GET, PUT, PATCH, DELETE" });
  }
}

/** Writes at the version that the request names, or else at the newest: then it is repeated where somebody else was faster. */
async function atVersion<T>(resources: ResourceRequests, id: string, request: Request, write: (expected: number) => Promise<T>): Promise<T> {
  const wanted = tags(request.headers.get("if-match")).filter((tag) => tag !== "*");
  for (let tries = 1; ; tries += 1) {
    const version = await resources.versionOf(id);
    if (wanted.length > 0 && !wanted.includes(versionTag(version))) throw new ScimRefusal(412, null, "The resource was changed meanwhile");
    try {
      return await write(version);
    } catch (thrown) {
      const conflict = thrown instanceof KalendsError && thrown.code === "revision-conflict";
      if (!conflict || wanted.length > 0 || tries === mostTries) throw thrown;
    }
  }
}

function tags(header: string | null): string[] {
  return (header ?? "").split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
}

function shown(status: number, resource: ShownResource, base: string, kind: string): Response {
  return scimAnswer(status, resource.body, { etag: versionTag(resource.version), location: `${base}/${kind}/${encodeURIComponent(resource.id)}` });
}

function pathParts(url: URL, prefix: string): string[] {
  if (url.pathname !== prefix && !url.pathname.startsWith(`${prefix}/`)) throw notHere();
  try {
    return url.pathname.slice(prefix.length).split("/").filter((part) => part !== "").map(decodeURIComponent);
  } catch {
    throw notHere();
  }
}

function notHere(): ScimRefusal {
  return new ScimRefusal(404, null, "There is no such resource");
}
