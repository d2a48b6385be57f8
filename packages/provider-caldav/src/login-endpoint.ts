/** What `connect` found and every later call needs; kept as plain text pairs with the connection. */
export interface LoginEndpoint {
  /** Name of the preset, or `null`. */
  preset: string | null;
  /** URL of the principal, where the server has one. */
  principal: string | null;
  /** URLs of the calendar homes, each with its last slash. The first one's origin is that of all path-only keys. */
  homes: string[];
  /** URLs of calendars that were connected one by one. */
  calendars: string[];
  /** The login's own mail addresses, lower-case. */
  addresses: string[];
  /** The server wants Digest, so that the password never has to leave as it is, after a restart neither. */
  digest: boolean;
}

/** Lists are joined by a space, which neither a URL nor a kept address holds. */
export function writeEndpoint(endpoint: LoginEndpoint): Record<string, string> {
  const pairs: Record<string, string> = {
    homes: endpoint.homes.join(" "),
    calendars: endpoint.calendars.join(" "),
    addresses: endpoint.addresses.join(" "),
  };
  if (endpoint.preset !== null) pairs["preset"] = endpoint.preset;
  if (endpoint.principal !== null) pairs["principal"] = endpoint.principal;
  if (endpoint.digest) pairs["login"] = "digest";
  return pairs;
}

export function readEndpoint(pairs: Readonly<Record<string, string>>): LoginEndpoint {
  return {
    preset: pairs["preset"] ?? null,
    principal: pairs["principal"] ?? null,
    homes: words(pairs["homes"]),
    calendars: words(pairs["calendars"]),
    addresses: words(pairs["addresses"]),
    digest: pairs["login"] === "digest",
  };
}

/** The origin that path-only calendar keys belong to. */
export function endpointOrigin(endpoint: LoginEndpoint): string | null {
  const first = endpoint.homes[0] ?? endpoint.calendars[0];
  return first === undefined ? null : new URL(first).origin;
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(" ").filter((word) => word !== "");
}
