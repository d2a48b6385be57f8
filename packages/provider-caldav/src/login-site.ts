/**
 * May a login that was given for `base` be sent to `target`, which an answer named? Yes for the same origin, for a sub-domain of the
 * host over https, and between hosts of one trusted site over https (iCloud's shards). There is no guessing of registrable domains:
 * `example.co.uk` must not trust `co.uk`.
 */
export function mayReceiveLogin(target: URL, base: URL, trustedSites: readonly string[]): boolean {
  if (target.origin === base.origin) return true;
  if (target.protocol !== "https:" || base.protocol !== "https:") return false;
  const root = base.hostname.replace(/^www\./, "");
  if (target.hostname === root || isBelow(target.hostname, root)) return true;
  return trustedSites.some((site) => isWithin(target.hostname, site) && isWithin(base.hostname, site));
}

function isBelow(host: string, parent: string): boolean {
  // An address literal has no sub-domains; `1.127.0.0.1` is no child of `127.0.0.1`.
  if (/^[\d.]+$/.test(parent) || parent.startsWith("[")) return false;
  return parent.includes(".") && host.endsWith(`.${parent}`);
}

function isWithin(host: string, site: string): boolean {
  return host === site || host.endsWith(`.${site}`);
}
