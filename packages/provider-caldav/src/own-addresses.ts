import type { ProviderAccess } from "@kalends/model";
import { readEndpoint } from "./login-endpoint.ts";

/** Mail addresses of the account holder: what the server tells, and the user name where it is one. */
export function ownAddresses(access: ProviderAccess): string[] {
  const { addresses } = readEndpoint(access.endpoint);
  const { credential } = access;
  const isMail = credential.kind === "password" && /^[^\s@]+@[^\s@]+$/.test(credential.username);
  return isMail ? [...new Set([...addresses, credential.username.toLowerCase()])] : addresses;
}
