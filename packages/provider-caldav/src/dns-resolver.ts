import type { DnsLookups, SrvRecord } from "@kalends/transport";
import type { NamedService, ServiceResolver } from "./service-resolver.ts";

/** Names that no public DNS knows (RFC 6761, RFC 6762, RFC 2606), so that nobody is asked about them. */
const unknownToDns = /(?:^|\.)(?:localhost|local|test|invalid|example|internal|home\.arpa)$/;
const mostServices = 4;

/**
 * Looks a domain's CalDAV service up in DNS (RFC 6764 sections 3 to 6): `_caldavs._tcp` alone, for the login never travels in the clear.
 * Never throws: a domain without records, or a DNS that does not answer, has no service to name. `discover` decides which may have the login.
 */
export function dnsResolver(lookups: DnsLookups): ServiceResolver {
  return async (domain) => {
    const host = domain.toLowerCase().replace(/\.$/, "");
    if (!isDomainName(host) || unknownToDns.test(host)) return [];
    const name = `_caldavs._tcp.${host}`;
    const records = await lookups.srv(name).catch(() => []);
    const origins = inOrder(records).flatMap((record) => originOf(record) ?? []);
    if (origins.length === 0) return [];
    const path = pathOf(await lookups.txt(name).catch(() => []));
    return [...new Set(origins)].slice(0, mostServices).map((origin): NamedService => ({ origin, path }));
  };
}

/** At least two labels; no address literal, which DNS has no services for. */
function isDomainName(host: string): boolean {
  return host.length <= 240 && /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(host);
}

/** The least priority first, and of equal ones the greatest weight: one client that asks once does not have to spread its load. */
function inOrder(records: readonly SrvRecord[]): SrvRecord[] {
  return [...records].sort((left, right) => left.priority - right.priority || right.weight - left.weight);
}

function originOf({ name, port }: SrvRecord): string | null {
  const host = name.toLowerCase().replace(/\.$/, "");
  if (!isDomainName(host) || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
  return new URL(`https://${host}:${port}`).origin;
}

/** The `path` of RFC 6764 section 4, where it is a path and nothing else. */
function pathOf(records: readonly (readonly string[])[]): string | null {
  for (const record of records) {
    const path = /^path=(\/(?!\/)[^\s?#]*)$/i.exec(record.join(""))?.[1];
    if (path !== undefined) return path;
  }
  return null;
}
