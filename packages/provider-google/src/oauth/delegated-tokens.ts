import { createPrivateKey, createSign, type KeyObject } from "node:crypto";
import { KalendsError, Secret } from "@kalends/model";
import type { DelegatedTokens } from "../google-line.ts";
import { askTokens, type GivenTokens, type TokenParts } from "./token-endpoint.ts";

/** A service account whose client id an administrator allowed for the whole domain. */
export interface ServiceAccount {
  /** `client_email` of the key file. */
  clientEmail: string;
  /** `private_key` of the key file, PEM. It stays in this process: nothing of it is stored, logged or sent. */
  privateKey: string | Secret;
  /** `private_key_id` of the key file. */
  keyId?: string;
  /** Exactly the scopes that the administrator allowed, or some of them. */
  scopes: readonly string[];
}

const lifeSeconds = 3600;
const renewBeforeMs = 60_000;
const mostKept = 10_000;

/**
 * Access tokens of a service account with domain-wide delegation (RFC 7523): one key, any number of accounts, no credential of theirs. Tokens are
 * kept in memory until shortly before they end.
 */
export function delegatedTokens(parts: TokenParts, account: ServiceAccount): DelegatedTokens {
  const key = readKey(account.privateKey);
  const kept = new Map<string, GivenTokens>();
  const running = new Map<string, Promise<GivenTokens>>();

  const make = async (subject: string): Promise<GivenTokens> => {
    const assertion = sign(account, key, { subject, audience: parts.addresses.token, now: parts.clock.now() });
    const given = await askTokens(parts, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
    if (kept.size >= mostKept) kept.clear();
    kept.set(subject, given);
    return given;
  };

  return {
    async tokenFor(subject, signal) {
      const known = kept.get(subject);
      if (known !== undefined && known.expiresAt - parts.clock.now() > renewBeforeMs) return known.accessToken;
      if (signal?.aborted === true) throw new KalendsError("aborted", "The call was stopped");
      // One exchange for all who wait; it does not end with the signal of whoever came first.
      const waiting = running.get(subject) ?? make(subject).finally(() => running.delete(subject));
      running.set(subject, waiting);
      return (await waiting).accessToken;
    },
    forget: (subject) => void kept.delete(subject),
  };
}

function readKey(privateKey: string | Secret): KeyObject {
  try {
    return createPrivateKey(privateKey instanceof Secret ? privateKey.reveal() : privateKey);
  } catch {
    throw new KalendsError("invalid-argument", "`serviceAccount.privateKey` is no PEM private key");
  }
}

function sign(account: ServiceAccount, key: KeyObject, { subject, audience, now }: { subject: string; audience: string; now: number }): string {
  const issued = Math.floor(now / 1000);
  const header = { alg: "RS256", typ: "JWT", ...(account.keyId === undefined ? {} : { kid: account.keyId }) };
  const claims = { iss: account.clientEmail, sub: subject, scope: account.scopes.join(" "), aud: audience, iat: issued, exp: issued + lifeSeconds };
  const unsigned = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${unsigned}.${createSign("RSA-SHA256").update(unsigned).sign(key, "base64url")}`;
}
