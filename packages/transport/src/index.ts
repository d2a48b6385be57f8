export * from "./create-transport.ts";
export type { Dial } from "./dial.ts";
export type { Resolve, ResolvedAddress } from "./resolve-checked.ts";
export { isPublicAddress } from "./public-address.ts";
export * from "./read-bytes.ts";
export * from "./read-text.ts";
export * from "./retry-after.ts";
export * from "./xml/index.ts";
export { systemDns, type DnsLookups, type SrvRecord } from "./system-dns.ts";
