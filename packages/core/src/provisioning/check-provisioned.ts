import { KalendsError } from "@kalends/model";
import type { ProvisionedGroupInput, ProvisionedUserInput } from "./provisioned-input.ts";

const mostNameCharacters = 256;
const mostAttributeCharacters = 64 * 1024;
const mostMembers = 50_000;

function refuse(what: string): never {
  throw new KalendsError("invalid-argument", what);
}

function checkName(value: unknown, field: string): void {
  if (typeof value !== "string" || value.trim() === "" || value.length > mostNameCharacters) refuse(`\`${field}\` has 1 to ${mostNameCharacters} characters`);
}

function checkKept(input: { externalId?: string | null; attributes: string }): void {
  if (input.externalId !== undefined && input.externalId !== null) checkName(input.externalId, "externalId");
  if (input.attributes.length > mostAttributeCharacters) refuse(`The attributes have more than ${mostAttributeCharacters} characters`);
}

/** Throws `invalid-argument`. */
export function checkUser(input: ProvisionedUserInput): void {
  checkName(input.userName, "userName");
  checkKept(input);
  if (input.displayName !== undefined) checkName(input.displayName, "displayName");
}

/** Throws `invalid-argument`. */
export function checkGroup(input: ProvisionedGroupInput): void {
  checkName(input.displayName, "displayName");
  checkKept(input);
  if (input.memberIds.length > mostMembers) refuse(`A group has at most ${mostMembers} members`);
}
