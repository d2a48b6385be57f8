import { isIP } from "node:net";
import { KalendsError } from "@kalends/model";
import { plainHost, type AllowList } from "./allow-list.ts";
import { isPublicAddress } from "./public-address.ts";

/** An address that may be asked for, once the resolver's answer is checked too. */
export interface Target {
  url: URL;
  /** Without brackets; an IP address in its shortest spelling where the URL holds one. */
  host: string;
  port: number;
  secure: boolean;
  /** Named by the operator: may be private and plain http. */
  allowed: boolean;
}

/** The one text for every refused target, so that the answer does not tell what is behind it. */
export function addressRefused(): KalendsError {
  return new KalendsError("address-refused", "The address is not one that this transport connects to");
}

/** Names that never leave the machine or the local network, whatever the resolver says (RFC 6761, RFC 8375, RFC 6762). */
const localName = /(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa|lan|onion)$/;

/** Checks all that can be checked before name resolution. Throws `address-refused`. */
export function checkTarget(url: URL, allowList: AllowList): Target {
  if (url.protocol !== "https:" && url.protocol !== "http:") throw addressRefused();
  if (url.username !== "" || url.password !== "") {
    const remedy = "Leave user name and password out of the address; pass them as the credential.";
    throw new KalendsError("address-refused", "The address holds a user name or password", { remedy });
  }
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const host = plainHost(url.hostname);
  const allowed = allowList(host, port);
  if (!allowed) {
    if (!secure || host === "" || localName.test(host)) throw addressRefused();
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw addressRefused();
  }
  return { url, host, port, secure, allowed };
}
