import { createHash } from "node:crypto";
import { KalendsError, type Random } from "@kalends/model";

/** A bearer token for one organization's identity provider. It is told here and never again: the host keeps the digest. */
export interface NewScimToken {
  token: string;
  /** SHA-256 in 64 hex digits. */
  digest: string;
}

export function newScimToken(random: Pick<Random, "bytes">): NewScimToken {
  const token = `kscim_${Buffer.from(random.bytes(32)).toString("base64url")}`;
  return { token, digest: digestOf(token) };
}

/**
 * Tells which organization a request's bearer token speaks for. `digests`: digest of each token to the organization's id; several tokens of one
 * organization let one be replaced while the other is still in use. What is compared are digests, so that timing tells nothing of a token.
 */
export function scimTokens(digests: Readonly<Record<string, string>>): (request: Request) => string | null {
  const organizations = new Map(Object.entries(digests));
  for (const digest of organizations.keys()) {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new KalendsError("invalid-argument", "A token's digest has 64 hex digits in lower case");
  }
  return (request) => {
    const [, token] = /^Bearer +([\w.~+/-]{16,512}=*)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    return token === undefined ? null : (organizations.get(digestOf(token)) ?? null);
  };
}

function digestOf(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
