import { Secret, type Credential } from "@kalends/model";

/** The Authorization header of a login: Basic in UTF-8 (RFC 7617 section 2.1) or Bearer (RFC 6750 section 2.1). */
export function loginAuthorization(credential: Credential): Secret {
  if (credential.kind === "oauth") return new Secret(`Bearer ${credential.accessToken.reveal()}`);
  const bytes = new TextEncoder().encode(`${credential.username}:${credential.password.reveal()}`);
  return new Secret(`Basic ${base64(bytes)}`);
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
