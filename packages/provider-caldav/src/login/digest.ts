import { createHash } from "node:crypto";
import { Secret } from "@kalends/model";
import type { Challenge } from "./www-authenticate.ts";

/** A Digest challenge that we can answer (RFC 7616 section 3.3). */
export interface DigestChallenge {
  realm: string;
  nonce: string;
  opaque: string | null;
  /** As the server spelled it; `null` where it named none, which means MD5. */
  algorithm: string | null;
  hash: "md5" | "sha256" | "sha512-256";
  /** `-sess`: the key also covers both nonces. */
  session: boolean;
  /** `false`: the old form of RFC 2069, without a count. */
  qopAuth: boolean;
  /** The server wants the user name hashed. */
  userhash: boolean;
}

/** Strongest last. */
const hashes: readonly [word: string, hash: DigestChallenge["hash"]][] = [
  ["md5", "md5"],
  ["sha-256", "sha256"],
  ["sha-512-256", "sha512-256"],
];

/** The strongest Digest challenge among those offered, or `null` where there is none that we speak. */
export function chooseDigest(challenges: readonly Challenge[]): DigestChallenge | null {
  const spoken = challenges.flatMap((challenge) => toDigest(challenge) ?? []);
  const strength = ({ hash }: DigestChallenge): number => hashes.findIndex(([, name]) => name === hash);
  return spoken.reduce<DigestChallenge | null>((best, next) => (best === null || strength(next) > strength(best) ? next : best), null);
}

function toDigest({ scheme, parameters }: Challenge): DigestChallenge | null {
  const nonce = parameters.get("nonce");
  if (scheme !== "digest" || nonce === undefined) return null;
  const algorithm = parameters.get("algorithm") ?? null;
  const word = (algorithm ?? "md5").toLowerCase();
  const hash = hashes.find(([name]) => name === word.replace(/-sess$/, ""))?.[1];
  const qop = parameters.get("qop");
  const qopAuth = (qop ?? "").toLowerCase().split(/[\s,]+/).includes("auth");
  // `auth-int` alone also signs bodies; no CalDAV server is known that insists on it.
  if (hash === undefined || (qop !== undefined && qop.trim() !== "" && !qopAuth)) return null;
  return {
    realm: parameters.get("realm") ?? "",
    nonce,
    opaque: parameters.get("opaque") ?? null,
    algorithm,
    hash,
    session: word.endsWith("-sess"),
    qopAuth,
    userhash: (parameters.get("userhash") ?? "").toLowerCase() === "true",
  };
}

/** What one request adds to the challenge. */
export interface DigestRequest {
  method: string;
  /** Path and query, byte for byte as in the request line. */
  uri: string;
  username: string;
  password: Secret;
  /** How often this nonce was used, this time included; from 1. */
  count: number;
  /** Client nonce, hexadecimal. */
  clientNonce: string;
}

/** The Authorization header that answers a challenge (RFC 7616 section 3.4). Texts are hashed as UTF-8. */
export function digestAuthorization(challenge: DigestChallenge, request: DigestRequest): Secret {
  const digest = (text: string): string => createHash(challenge.hash).update(text, "utf8").digest("hex");
  const { realm, nonce } = challenge;
  const count = request.count.toString(16).padStart(8, "0");
  const secret = digest(`${request.username}:${realm}:${request.password.reveal()}`);
  const key = challenge.session ? digest(`${secret}:${nonce}:${request.clientNonce}`) : secret;
  const what = digest(`${request.method}:${request.uri}`);
  const response = digest(challenge.qopAuth ? `${key}:${nonce}:${count}:${request.clientNonce}:auth:${what}` : `${key}:${nonce}:${what}`);
  const parts = [
    usernamePart(challenge, request.username, digest),
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
  ];
  if (challenge.algorithm !== null) parts.push(`algorithm=${challenge.algorithm}`);
  if (challenge.qopAuth) parts.push("qop=auth", `nc=${count}`);
  if (challenge.qopAuth || challenge.session) parts.push(`cnonce="${request.clientNonce}"`);
  if (challenge.opaque !== null) parts.push(`opaque=${quote(challenge.opaque)}`);
  if (challenge.userhash) parts.push("userhash=true");
  return new Secret(`Digest ${parts.join(", ")}`);
}

/** Outside of ASCII the name is written in the form of RFC 8187, for a header has no other way (RFC 7616 section 3.4). */
function usernamePart(challenge: DigestChallenge, username: string, digest: (text: string) => string): string {
  if (challenge.userhash) return `username="${digest(`${username}:${challenge.realm}`)}"`;
  if (/^[\x20-\x7e]*$/.test(username)) return `username=${quote(username)}`;
  const escaped = [...new TextEncoder().encode(username)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9!#$&+.^_`|~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return `username*=UTF-8''${escaped.join("")}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
