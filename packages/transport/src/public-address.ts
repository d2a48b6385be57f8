import { BlockList, isIP } from "node:net";

/** IPv4 ranges that are not public unicast (IANA special-purpose registry, RFC 6890 and its successors). */
const refusedV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Parts of 2000::/3 that are no public unicast: protocol assignments with Teredo, documentation, 6to4. */
const refusedV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const refused = new BlockList();
for (const [net, bits] of refusedV4) refused.addSubnet(net, bits, "ipv4");
for (const [net, bits] of refusedV6) refused.addSubnet(net, bits, "ipv6");

// Everything outside global unicast is refused as a whole: loopback, unspecified, IPv4-mapped, NAT64, ULA, link-local, multicast.
const globalV6 = new BlockList();
globalV6.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address (text, without brackets) may be dialled without being allow-listed. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, "ipv4");
    case 6:
      return !address.includes("%") && globalV6.check(address, "ipv6") && !refused.check(address, "ipv6");
    default:
      return false;
  }
}
