import { KalendsError } from "@kalends/model";

/** What a user typed, taken apart. */
export interface TypedAddress {
  /** The URL as typed; `null` where only a host or a mail address was given. */
  url: string | null;
  /** Scheme, host and port to look for `.well-known` at. */
  origin: string;
  /** Domain for DNS look-up and presets, lower-case. */
  domain: string;
}

/**
 * Reads an address: `https://host/path`, `host`, `host:port`, `host/path` or `name@host`. Without a scheme it is https.
 * Throws `invalid-argument` for everything else. A user name or password inside a URL is refused: it would end up in stored text.
 */
export function readTypedAddress(text: string): TypedAddress {
  const typed = text.trim();
  if (typed === "") throw new KalendsError("invalid-argument", "`address` is empty; enter a mail address, a host name or a URL");
  const mail = /^(?:mailto:)?[^\s/@]+@([^\s/@:]+)$/i.exec(typed);
  if (mail !== null) {
    const origin = parse(`https://${mail[1] ?? ""}`);
    return { url: null, origin: origin.origin, domain: origin.hostname.toLowerCase() };
  }
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  const url = parse(hasScheme ? typed.replace(/^caldav(s?):/i, "http$1:") : `https://${typed}`);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new KalendsError("invalid-argument", "`address` must be a mail address, a host name or a http(s) URL");
  }
  if (url.username !== "" || url.password !== "") {
    throw new KalendsError("invalid-argument", "`address` must not hold a user name or password; pass them as credential");
  }
  url.hash = "";
  const onlyHost = url.pathname === "/" && url.search === "" && !hasScheme;
  return { url: onlyHost ? null : url.href, origin: url.origin, domain: url.hostname.toLowerCase() };
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new KalendsError("invalid-argument", "`address` is neither a mail address nor a host name nor a URL");
  return new URL(text);
}
