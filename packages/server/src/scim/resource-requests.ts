import type { ScimQuery } from "./scim-query.ts";

/** One resource as an answer shows it. */
export interface ShownResource {
  id: string;
  version: number;
  body: object;
}

/** What requests do with one kind of resource (RFC 7644 section 3). Throws `KalendsError`, `ScimRefusal` and the library's errors. */
export interface ResourceRequests {
  list(query: ScimQuery): Promise<object>;
  read(id: string, query: ScimQuery): Promise<ShownResource>;
  create(body: unknown, query: ScimQuery): Promise<ShownResource>;
  versionOf(id: string): Promise<number>;
  /** Both throw `revision-conflict` where the version is another one. */
  replace(id: string, expected: number, body: unknown, query: ScimQuery): Promise<ShownResource>;
  patch(id: string, expected: number, body: unknown, query: ScimQuery): Promise<ShownResource>;
  remove(id: string): Promise<void>;
}
