import { KalendsError } from "@kalends/model";

/** Tells whether a host and port were named by the operator as trusted although private or plain http. */
export type AllowList = (hostname: string, port: number) => boolean;

/** Host name as the URL parser writes it, without brackets and trailing dot. */
export function plainHost(hostname: string): string {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return bare.endsWith(".") ? bare.slice(0, -1) : bare;
}

function parseEntry(entry: string): { host: string; port: number | null } {
  const isBareV6 = entry.split(":").length > 2 && !entry.startsWith("[");
  const authority = isBareV6 ? `[${entry}]` : entry;
  // The scheme has no default port of its own here, so that ":80" and ":443" survive parsing.
  const port = /:(\d{1,5})$/.exec(authority.replace(/^\[[^\]]*\]/, ""));
  const url = /[/?#@\s\\]/.test(authority) || !URL.canParse(`http://${authority}/`) ? null : new URL(`http://${authority}/`);
  if (url === null || url.hostname === "") {
    throw new KalendsError("invalid-argument", "An entry of allowHosts is not a host name or host:port");
  }
  return { host: plainHost(url.hostname), port: port === null ? null : Number(port[1]) };
}

/** Reads the entries `host` and `host:port`. Throws `invalid-argument` for anything else. */
export function readAllowList(entries: readonly string[]): AllowList {
  const anyPort = new Set<string>();
  const onePort = new Set<string>();
  for (const entry of entries) {
    const { host, port } = parseEntry(entry);
    if (port === null) anyPort.add(host);
    else onePort.add(`${host} ${port}`);
  }
  return (hostname, port) => {
    const host = plainHost(hostname);
    return anyPort.has(host) || onePort.has(`${host} ${port}`);
  };
}
