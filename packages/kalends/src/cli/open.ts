import { existsSync } from "node:fs";
import type { Command } from "commander";
import { KalendsError } from "@kalends/model";
import { createKalends, type GoogleOptions, type Kalends, type KalendsOptions } from "../create-kalends.ts";
import { isPostgresUrl, type PostgresOptions } from "../open-database.ts";
import { environment } from "../platform/environment.ts";
import { readConfigFile } from "./config-file.ts";

/** Options that every command knows. */
export interface GlobalOptions {
  database?: string;
  keyFile?: string;
  organization?: string;
  allowHost?: string[];
}

/** Whether the environment names a key; a variable that is set to nothing names none. */
export function keyInEnvironment(): boolean {
  const { KALENDS_KEY: key, KALENDS_KEY_FILE: file } = environment();
  return (key !== undefined && key !== "") || (file !== undefined && file !== "");
}

/** Flags first, then the environment, then `kalends.json`, then the defaults. */
export function resolveOptions(command: Command): KalendsOptions & { database: string } {
  const flags = command.optsWithGlobals<GlobalOptions>();
  const config = readConfigFile();
  const variables = environment();
  const database = flags.database ?? variables["KALENDS_DATABASE"] ?? config.database ?? "kalends.db";
  const keyFile = flags.keyFile ?? (keyInEnvironment() ? undefined : config.keyFile);
  const organization = flags.organization ?? config.organization;
  const google = googleOptions(variables);
  const postgres = postgresOptions(variables);
  return {
    database,
    ...(postgres === undefined ? {} : { postgres }),
    ...(google === undefined ? {} : { google }),
    allowHosts: [...(config.allowHosts ?? []), ...(flags.allowHost ?? [])],
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(organization === undefined ? {} : { organization }),
    ...(config.retention === undefined ? {} : { retention: config.retention }),
    ...(config.erasureLedger === undefined ? {} : { erasureLedger: config.erasureLedger }),
  };
}

/** The OAuth client of Google. KALENDS_GOOGLE_SANDBOX is the address of a sandbox that stands in for Google. */
function googleOptions(variables: Readonly<Record<string, string | undefined>>): GoogleOptions | undefined {
  const { KALENDS_GOOGLE_CLIENT_ID: clientId, KALENDS_GOOGLE_CLIENT_SECRET: clientSecret, KALENDS_GOOGLE_SANDBOX: sandbox } = variables;
  if (!clientId || !clientSecret) return undefined;
  if (!sandbox) return { clientId, clientSecret };
  const origin = URL.parse(sandbox)?.origin;
  if (origin === undefined || origin === "null") throw new KalendsError("invalid-argument", "KALENDS_GOOGLE_SANDBOX must be the address of a Google sandbox");
  const addresses = { authorization: `${origin}/o/oauth2/v2/auth`, token: `${origin}/token`, revocation: `${origin}/revoke`, issuer: origin };
  return { clientId, clientSecret, apiRoot: `${origin}/`, addresses };
}

/** KALENDS_SCHEMA names the schema; KALENDS_ALLOW_UNSAFE_ROLE=1 is for a developer's own machine. */
function postgresOptions(variables: Readonly<Record<string, string | undefined>>): PostgresOptions | undefined {
  const schema = variables["KALENDS_SCHEMA"];
  const allowUnsafeRole = variables["KALENDS_ALLOW_UNSAFE_ROLE"] === "1";
  if (schema === undefined && !allowUnsafeRole) return undefined;
  return { ...(schema === undefined ? {} : { schema }), allowUnsafeRole };
}

/** Only `kalends init` makes a database: a mistyped path is not a new one. Throws `invalid-argument`. */
export function assertDatabase(path: string): void {
  if (path === ":memory:" || isPostgresUrl(path) || existsSync(path)) return;
  throw new KalendsError("invalid-argument", `There is no database ${path}`, { remedy: "Run `kalends init` first, or name the file with --database." });
}

/** Opens Kalends for one command and closes it after, also when the command throws. */
export async function withKalends<T>(command: Command, work: (kalends: Kalends) => Promise<T>): Promise<T> {
  const options = resolveOptions(command);
  assertDatabase(options.database);
  const kalends = await createKalends(options);
  try {
    return await work(kalends);
  } finally {
    await kalends.close();
  }
}

/** The account that a person named: by its own id, or by the id that the host application gave it. Throws `not-found`. */
export async function findAccount(kalends: Kalends, name: string): Promise<string> {
  const account = (await kalends.findAccountByExternalId(name)) ?? (await kalends.findAccount(name));
  if (account === null) throw new KalendsError("not-found", `There is no account ${name}`, { remedy: "`kalends status` lists the accounts that there are." });
  return account.id;
}
