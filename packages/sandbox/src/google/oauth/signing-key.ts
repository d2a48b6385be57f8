import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** A key pair for RS256 (RFC 7518 section 3.3). */
export interface SigningKey {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function makeSigningKey(id: string): SigningKey {
  return { id, ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
}

/** A signed JSON Web Token (RFC 7519). */
export function writeJwt(key: SigningKey, claims: Record<string, unknown>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", kid: key.id, typ: "JWT" })}.${part(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), key.privateKey).toString("base64url")}`;
}
