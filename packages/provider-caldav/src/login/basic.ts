import { Secret, type PasswordCredential } from "@kalends/model";

/** The Authorization header of Basic, in UTF-8 (RFC 7617 section 2.1). */
export function basicAuthorization(credential: PasswordCredential): Secret {
  return new Secret(`Basic ${Buffer.from(`${credential.username}:${credential.password.reveal()}`, "utf8").toString("base64")}`);
}
