import { createHash } from "node:crypto";
import { KalendsError, Secret } from "@kalends/model";
import type { AuthorizationAddress, AuthorizationRequest, Credential, ExchangeRequest, GrantedLogin, OAuthCredential, RevokeRequest } from "@kalends/model";

/** How a user on the consent page decides. */
export interface MemoryDecision {
  /** Who logs in. Default `ada@example.test`. */
  login?: string;
  /** Scopes that stay ticked. Default: all that were asked for. */
  scopes?: string[];
}

interface MemoryCode {
  login: string;
  challenge: string;
  redirectUri: string;
  scopes: string[];
}

const issuer = "https://memory.example";

/** The consent page and token endpoint of the memory provider: single-use codes, PKCE S256, grants that can be revoked. */
export class MemoryConsent {
  /** Requests at the token endpoint so far, good ones and refused ones. */
  exchanges = 0;
  /** Access tokens that were revoked. */
  readonly revoked: Set<string> = new Set();
  /** Thrown by the next exchanges, one each. */
  readonly faults: KalendsError[] = [];
  readonly #codes: Map<string, MemoryCode> = new Map();
  #count = 0;

  address(request: AuthorizationRequest): AuthorizationAddress {
    const url = new URL("/consent", issuer);
    url.search = new URLSearchParams({
      response_type: "code", redirect_uri: request.redirectUri, state: request.state, code_challenge: request.codeChallenge,
      code_challenge_method: "S256", scope: request.scopes.join(" "), ...(request.loginHint === undefined ? {} : { login_hint: request.loginHint }),
    }).toString();
    return { url: url.href, issuer, issuerPromised: true };
  }

  /** The user allows it: the address that the browser is sent back to. */
  allow(url: string, decision: MemoryDecision = {}): URL {
    const asked = new URL(url).searchParams;
    const code = `memory-code-${++this.#count}`;
    this.#codes.set(code, {
      login: decision.login ?? "ada@example.test",
      challenge: asked.get("code_challenge") ?? "",
      redirectUri: asked.get("redirect_uri") ?? "",
      scopes: decision.scopes ?? (asked.get("scope") ?? "").split(" "),
    });
    return this.#back(asked, { code });
  }

  /** The user does not. */
  deny(url: string, error = "access_denied"): URL {
    return this.#back(new URL(url).searchParams, { error });
  }

  async exchange(request: ExchangeRequest): Promise<GrantedLogin> {
    this.exchanges += 1;
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    const code = request.code.reveal();
    const known = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash("sha256").update(request.codeVerifier.reveal()).digest("base64url");
    if (known === undefined || known.challenge !== challenge || known.redirectUri !== request.redirectUri) {
      throw new KalendsError("grant-revoked", "invalid_grant");
    }
    const credential: OAuthCredential = {
      kind: "oauth", accessToken: new Secret(`memory-access-${++this.#count}`), refreshToken: null, expiresAt: null, scopes: known.scopes,
    };
    return { credential, identity: { subject: known.login, label: known.login } };
  }

  async revoke({ credential }: RevokeRequest): Promise<void> {
    this.revoked.add(credential.accessToken.reveal());
  }

  /** Throws `grant-revoked` for a credential that was taken back. */
  check(credential: Credential): void {
    if (credential.kind === "oauth" && this.revoked.has(credential.accessToken.reveal())) throw new KalendsError("grant-revoked", "The grant was taken back");
  }

  #back(asked: URLSearchParams, answer: Record<string, string>): URL {
    const back = new URL(asked.get("redirect_uri") ?? "");
    for (const [name, value] of Object.entries({ state: asked.get("state") ?? "", iss: issuer, ...answer })) back.searchParams.set(name, value);
    return back;
  }
}
