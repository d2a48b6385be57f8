import { KalendsError, type Secret } from "@kalends/model";

/** What the browser brought back. Each field: what stood in the query exactly once; leave out what came twice. */
export interface ConnectAnswer {
  state: string;
  code?: Secret;
  error?: string;
  /** `iss` (RFC 9207). */
  issuer?: string;
}

const longestCode = 4_096;

/** Error codes of RFC 6749 section 4.1.2.1 and OpenID Connect Core section 3.1.2.6 that mean that a person said no. */
const deniedByPerson: readonly string[] = ["access_denied", "consent_required", "interaction_required", "login_required", "account_selection_required"];
const passing: readonly string[] = ["server_error", "temporarily_unavailable"];

/** The code in an answer; throws what the answer says instead: `consent-denied`, `server-error`, `permission-denied`, `connect-attempt-invalid`. Pure. */
export function readAnswer(answer: ConnectAnswer): Secret {
  const { code, error } = answer;
  if (error !== undefined && code !== undefined) throw new KalendsError("connect-attempt-invalid", "The answer was refused: it holds a code and an error");
  if (error !== undefined) throw errorOf(error);
  const length = code?.reveal().length ?? 0;
  if (code === undefined || length === 0) throw new KalendsError("connect-attempt-invalid", "The answer was refused: it holds no code, or more than one");
  if (length > longestCode) throw new KalendsError("connect-attempt-invalid", "The answer was refused: its code is too long");
  return code;
}

function errorOf(error: string): KalendsError {
  if (deniedByPerson.includes(error)) return new KalendsError("consent-denied", "The user did not allow access");
  if (passing.includes(error)) return new KalendsError("server-error", "The provider's page had a fault");
  // Whoever calls the address chooses this text: only words of the standards' form are repeated.
  const name = /^[a-z_]{1,40}$/.test(error) ? error : "an unreadable error";
  return new KalendsError("permission-denied", `The provider's page refused the application: ${name}`);
}
