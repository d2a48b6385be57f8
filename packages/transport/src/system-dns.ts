import { Resolver } from "node:dns/promises";

/** A record of RFC 2782. */
export interface SrvRecord {
  /** Host name of the service; empty or `.` where the domain says that it has none. */
  name: string;
  port: number;
  priority: number;
  weight: number;
}

/** Two questions to DNS. Both throw where there is no such record, or no answer. */
export interface DnsLookups {
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** Each record in the pieces in which it came. */
  txt(name: string): Promise<readonly (readonly string[])[]>;
}

/** A user waits for the answer, and there are other ways to find a service: so long each server is asked, twice at most. */
const timeoutMs = 2_000;

/** Questions to the machine's DNS servers, or to `servers` (`address:port`). What they name is text of a stranger: check it before use. */
export function systemDns(servers?: readonly string[]): DnsLookups {
  const open = (): Resolver => {
    const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    return resolver;
  };
  return {
    srv: (name) => open().resolveSrv(name),
    txt: (name) => open().resolveTxt(name),
  };
}
