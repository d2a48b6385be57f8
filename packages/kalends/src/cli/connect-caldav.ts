import type { Command } from "commander";
import { assertZone } from "@kalends/ical";
import { KalendsError } from "@kalends/model";
import type { Kalends } from "../create-kalends.ts";
import { configPath, readConfigFile, writeConfigFile } from "./config-file.ts";
import { withKalends, type GlobalOptions } from "./open.ts";
import { readPassword } from "./read-password.ts";
import { plainText } from "./output/plain-text.ts";

/** Whose login it is. */
export interface AccountOptions {
  account?: string;
  name?: string;
  tz?: string;
}

interface ConnectOptions extends AccountOptions {
  username?: string;
  preset?: string;
  passwordStdin?: boolean;
}

/** `kalends connect caldav ADDRESS` */
export async function connectCaldav(address: string, options: ConnectOptions, command: Command): Promise<void> {
  const username = options.username ?? usernameIn(address);
  if (options.tz !== undefined) assertZone(options.tz);
  await withKalends(command, async (kalends) => {
    const password = await readPassword(`Password of ${username} (iCloud and others: an app-specific password): `, options.passwordStdin === true);
    const { id: accountId, isNew } = await openAccount(kalends, username, options);
    const preset = options.preset === undefined ? {} : { preset: options.preset };
    const result = await kalends.connectCaldav({ accountId, address, username, password, ...preset }).catch((thrown: unknown) => {
      throw withFlags(thrown, address);
    });
    const verb = result.reconnected ? "Reconnected" : "Connected";
    process.stdout.write(`${verb} ${plainText(result.connection.label)} for the account ${options.account ?? username}${isNew ? " (new)" : ""}.\n`);
    for (const { name } of result.calendars) process.stdout.write(`  calendar: ${plainText(name)}\n`);
  });
  rememberAllowedHosts(command);
  process.stdout.write("\nNext: kalends sync\n");
}

/** The user name is the address where that is an e-mail address; a host or URL says nothing about it. */
function usernameIn(address: string): string {
  if (/^[^\s/@]+@[^\s/@]+$/.test(address)) return address;
  throw new KalendsError("invalid-argument", "A host name or URL does not say who logs in", { remedy: "Add --username NAME." });
}

/** Errors of connecting whose remedy is a flag of this command say which one. */
function withFlags(thrown: unknown, address: string): unknown {
  if (!(thrown instanceof KalendsError)) return thrown;
  const url = URL.parse(address.includes("://") ? address : `https://${address}`);
  const host = url === null || address.includes("@") ? "HOST" : url.host;
  if (thrown.code === "address-refused") {
    const remedy = `Only public https servers are connected to. If this one is yours, allow it by name: --allow-host ${host}`;
    return new KalendsError(thrown.code, thrown.message, { remedy, cause: thrown });
  }
  if (thrown.code === "tls-failed" && !address.includes("://") && !address.includes("@")) {
    return new KalendsError(thrown.code, thrown.message, { remedy: `${thrown.remedy} If it speaks plain http, say so: http://${host}/`, cause: thrown });
  }
  return thrown;
}

export async function openAccount(kalends: Kalends, username: string, options: AccountOptions): Promise<{ id: string; isNew: boolean }> {
  const externalId = options.account ?? username;
  const known = (await kalends.findAccountByExternalId(externalId)) ?? (await kalends.findAccount(externalId));
  if (known !== null) {
    if (options.tz !== undefined && options.tz !== known.timeZone) {
      process.stderr.write(`The account ${externalId} is there already and keeps its time zone ${known.timeZone}.\n`);
    }
    return { id: known.id, isNew: false };
  }
  const timeZone = options.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const account = await kalends.createAccount({ externalId, displayName: options.name ?? externalId, timeZone });
  return { id: account.id, isNew: true };
}

/** A host that was allowed to connect has to be allowed at every sync, so it is written down. */
export function rememberAllowedHosts(command: Command): void {
  const hosts = command.optsWithGlobals<GlobalOptions>().allowHost ?? [];
  const config = readConfigFile();
  const missing = hosts.filter((host) => config.allowHosts?.includes(host) !== true);
  if (missing.length === 0) return;
  writeConfigFile({ ...config, allowHosts: [...(config.allowHosts ?? []), ...missing] });
  process.stdout.write(`(${missing.join(", ")} is now on the allow list in ${configPath})\n`);
}
