import type { Credential } from "@kalends/model";

const prefix = "https://www.googleapis.com/auth/";
const busyScopes: ReadonlySet<string> = new Set([`${prefix}calendar.freebusy`, `${prefix}calendar.events.freebusy`]);
const eventScopes: ReadonlySet<string> = new Set(
  ["calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly", "calendar.events.owned", "calendar.events.owned.readonly"].map((name) => prefix + name),
);

/** The grant lets Kalends ask when somebody is busy, and no more. A grant that names no scopes is not judged. */
export function readsBusyOnly(credential: Credential): boolean {
  if (credential.kind !== "oauth") return false;
  return credential.scopes.some((scope) => busyScopes.has(scope)) && !credential.scopes.some((scope) => eventScopes.has(scope));
}
